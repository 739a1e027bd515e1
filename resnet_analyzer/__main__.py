"""`python -m resnet_analyzer` is `resnet-analyze`."""

from .cli.main import main

main()
