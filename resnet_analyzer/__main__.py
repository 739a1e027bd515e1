"""`python -m resnet_analyzer` is `resnet-analyze`: this is where the program starts."""

import _signal  # the module behind `signal`, which is there at once
import gc

if __name__ == "__main__" or _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # Ctrl-C while modules are imported: silence, no traceback


def run() -> None:
    """The program; from here on Ctrl-C is answered in one line."""
    gc.disable()  # imports and a graph of thousands of layers hold no garbage: looking for it takes a tenth of the time
    try:
        from .cli.main import main

        _signal.signal(_signal.SIGINT, _signal.default_int_handler)
        main()
    finally:
        gc.freeze()  # the process ends here: nothing that is left need be looked through once more


if __name__ == "__main__":
    run()
