"""Closed forms of fully convolutional Keras models with open sizes, against the same models built at five sizes."""

import pytest

from resnet_analyzer.analyses.formula.closed import FIGURES, closed_form
from resnet_analyzer.analyses.formula.recipe import recipe_of_graph
from resnet_analyzer.errors import CheckFailed
from resnet_analyzer.measurement import measure
from resnet_analyzer.targets import load

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.slow  # Keras takes seconds to start


def small(height, width):
    image = keras.Input((height, width, 3))
    top = keras.layers.Conv2D(16, 3, strides=2, padding="same")(image)
    top = keras.layers.ReLU()(keras.layers.BatchNormalization()(top))
    top = keras.layers.Add()([top, keras.layers.Conv2D(16, 3, padding="same")(top)])
    top = keras.layers.Conv2D(32, 5)(keras.layers.MaxPooling2D(2)(top))
    top = keras.layers.Conv2DTranspose(8, 3, strides=2, padding="same")(top)
    return keras.Model(image, keras.layers.Conv2D(4, 1)(top))


def resnet50(height, width):
    return keras.applications.ResNet50(weights=None, include_top=False, input_shape=(height, width, 3))


def mobilenet(height, width):
    return keras.applications.MobileNet(weights=None, include_top=False, input_shape=(height, width, 3))


def vgg16(height, width):
    return keras.applications.VGG16(weights=None, include_top=False, input_shape=(height, width, 3))


def densenet121(height, width):
    return keras.applications.DenseNet121(weights=None, include_top=False, input_shape=(height, width, 3))


@pytest.mark.parametrize("build", [small, resnet50, mobilenet, vgg16, densenet121])
def test_open_models_give_the_figures_of_built_ones(build, tmp_path):
    path = str(tmp_path / "open.keras")
    build(None, None).save(path)
    form = closed_form(recipe_of_graph(load(path)), ["h", "w"])
    for height, width in ((64, 64), (97, 65), (128, 224), (225, 130), (333, 64)):
        model = build(height, width)
        model.save(path)
        totals = measure(load(path)).totals
        found = form.at(h=height, w=width)
        assert found == {name: getattr(totals, name) for name in FIGURES}
        assert found["all_params"] == model.count_params()  # Keras' own count


def test_the_least_size_is_keras_own(tmp_path):
    path = str(tmp_path / "open.keras")
    small(None, None).save(path)
    form = closed_form(recipe_of_graph(load(path)), ["n"])
    assert form.least == {"n": 19}
    assert small(19, 19).output_shape == (None, 2, 2, 4)
    with pytest.raises(ValueError, match=r"."):  # in words of Keras' own
        small(18, 18)
    with pytest.raises(CheckFailed):
        form.at(n=18)
