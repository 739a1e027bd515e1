"""The models of public Keras collections that `public.py` reads: small, and without weights. Development only.

The list is that of the table which others counted, `../keras_collections.csv`; what does not build is left out.
"""

from __future__ import annotations

import importlib
import os

import keras
import keras_hub as kh
import keras_unet_collection.models as ku
import kyolo

os.environ["SM_FRAMEWORK"] = "keras"
import segmodels_keras as sk

MODELS: dict[tuple[str, str], tuple[object, list | None]] = {}
H = kh.models
I = (224, 224, 3)  # noqa: E741


def of(collection):
    """What adds a model of that collection: its name, its factory, and sizes for the inputs that it leaves open."""

    def add(name, factory, inputs=None):
        MODELS[collection, name] = (factory, inputs)

    return add


E = of("keras-hub")


def resnet(**k):
    d = {
        "input_conv_filters": [64],
        "input_conv_kernel_sizes": [7],
        "stackwise_num_filters": [64, 128, 256, 512],
        "stackwise_num_blocks": [2, 2, 2, 2],
        "stackwise_num_strides": [1, 2, 2, 2],
        "block_type": "basic_block",
        "use_pre_activation": False,
        "image_shape": I,
    }
    d.update(k)
    return H.ResNetBackbone(**d)


E("ResNet18", resnet)
E("ResNetV2 bottleneck", lambda: resnet(block_type="bottleneck_block", use_pre_activation=True))
E(
    "ResNet-D (vd)",
    lambda: resnet(
        input_conv_filters=[32, 32, 64], input_conv_kernel_sizes=[3, 3, 3], block_type="bottleneck_block_vd"
    ),
)
E("ResNet18 None size", lambda: resnet(image_shape=(None, None, 3)), inputs=[I])
E("ResNetImageClassifier", lambda: H.ResNetImageClassifier(backbone=resnet(), num_classes=10))
E("DenseNet", lambda: H.DenseNetBackbone(stackwise_num_repeats=[6, 12, 24, 16], image_shape=I))
E(
    "EfficientNetV2-like",
    lambda: H.EfficientNetBackbone(
        stackwise_kernel_sizes=[3] * 6,
        stackwise_num_repeats=[2, 4, 4, 6, 9, 15],
        stackwise_input_filters=[24, 24, 48, 64, 128, 160],
        stackwise_output_filters=[24, 48, 64, 128, 160, 256],
        stackwise_expansion_ratios=[1, 4, 4, 4, 6, 6],
        stackwise_squeeze_and_excite_ratios=[0.0, 0.0, 0, 0.25, 0.25, 0.25],
        stackwise_strides=[1, 2, 2, 2, 1, 2],
        stackwise_block_types=["fused"] * 3 + ["unfused"] * 3,
        width_coefficient=1.0,
        depth_coefficient=1.0,
        image_shape=I,
    ),
)
E(
    "MiT-B0",
    lambda: H.MiTBackbone(
        image_shape=I,
        num_layers=4,
        hidden_dims=[32, 64, 160, 256],
        layerwise_depths=[2, 2, 2, 2],
        layerwise_num_heads=[1, 2, 5, 8],
        layerwise_sr_ratios=[8, 4, 2, 1],
        layerwise_patch_sizes=[7, 3, 3, 3],
        layerwise_strides=[4, 2, 2, 2],
        max_drop_path_rate=0.1,
    ),
)
mb = {
    "stackwise_expansion": [[40, 56], [64, 144, 144], [72, 72], [144, 288, 288]],
    "stackwise_num_blocks": [2, 3, 2, 3],
    "stackwise_num_filters": [[16, 16], [24, 24, 24], [24, 24], [48, 48, 48]],
    "stackwise_kernel_size": [[3, 3], [5, 5, 5], [5, 5], [5, 5, 5]],
    "stackwise_num_strides": [[2, 1], [2, 1, 1], [1, 1], [2, 1, 1]],
    "stackwise_se_ratio": [[None, None], [0.25] * 3, [0.3, 0.3], [0.3, 0.25, 0.25]],
    "stackwise_activation": [["relu"] * 2, ["hard_swish"] * 3, ["hard_swish"] * 2, ["hard_swish"] * 3],
    "stackwise_padding": [[1, 1], [2, 2, 2], [2, 2], [2, 2, 2]],
    "output_num_filters": 288,
    "input_activation": "hard_swish",
    "output_activation": "hard_swish",
    "input_num_filters": 16,
    "image_shape": I,
    "depthwise_filters": 8,
    "depthwise_stride": 2,
    "depthwise_residual": False,
    "squeeze_and_excite": 0.5,
    "last_layer_filter": 288,
}
E("MobileNet", lambda: H.MobileNetBackbone(**mb))
v5 = {
    "stackwise_block_types": [["er"], ["uir", "uir"]],
    "stackwise_num_blocks": [1, 2],
    "stackwise_num_filters": [[24], [48, 48]],
    "stackwise_strides": [[2], [2, 1]],
    "stackwise_act_layers": [["relu"], ["relu", "relu"]],
    "stackwise_exp_ratios": [[4.0], [6.0, 6.0]],
    "stackwise_se_ratios": [[0.0], [0.0, 0.0]],
    "stackwise_dw_kernel_sizes": [[0], [5, 5]],
    "stackwise_dw_start_kernel_sizes": [[0], [0, 0]],
    "stackwise_dw_end_kernel_sizes": [[0], [0, 0]],
    "stackwise_exp_kernel_sizes": [[3], [0, 0]],
    "stackwise_pw_kernel_sizes": [[1], [0, 0]],
    "stackwise_num_heads": [[0], [0, 0]],
    "stackwise_key_dims": [[0], [0, 0]],
    "stackwise_value_dims": [[0], [0, 0]],
    "stackwise_kv_strides": [[0], [0, 0]],
    "stackwise_use_cpe": [[False], [False, False]],
    "use_msfa": False,
    "image_shape": I,
}
E("MobileNetV5", lambda: H.MobileNetV5Backbone(**v5))


def vgg():
    return H.VGGBackbone(
        stackwise_num_repeats=[2, 2, 3, 3, 3], stackwise_num_filters=[64, 128, 256, 512, 512], image_shape=I
    )


E("VGG16", vgg)
E(
    "Xception",
    lambda: H.XceptionBackbone(
        stackwise_conv_filters=[[32, 64], [64, 128], [256, 256]], stackwise_pooling=[True, True, False], image_shape=I
    ),
)


def vit():
    return H.ViTBackbone(image_shape=I, patch_size=16, num_layers=4, num_heads=6, hidden_dim=192, mlp_dim=768)


E("ViT", vit)
E("ViTImageClassifier", lambda: H.ViTImageClassifier(backbone=vit(), num_classes=10))
E(
    "DeiT",
    lambda: H.DeiTBackbone(
        image_shape=I, patch_size=16, num_layers=4, num_heads=6, hidden_dim=192, intermediate_dim=768
    ),
)
E(
    "DINOV2",
    lambda: H.DINOV2Backbone(
        patch_size=14,
        num_layers=2,
        hidden_dim=32,
        num_heads=2,
        intermediate_dim=128,
        image_shape=I,
        position_embedding_shape=(224, 224),
    ),
)
E(
    "Swin",
    lambda: H.SwinTransformerBackbone(
        image_shape=I, embed_dim=96, depths=(2, 2, 6, 2), num_heads=(3, 6, 12, 24), window_size=7
    ),
)


def vd():
    return H.ViTDetBackbone(
        hidden_size=16,
        num_layers=4,
        intermediate_dim=64,
        num_heads=4,
        global_attention_layer_indices=[2, 3],
        patch_size=16,
        num_output_channels=8,
        window_size=2,
        image_shape=(128, 128, 3),
    )


E("ViTDet", vd)
E(
    "DeepLabV3+",
    lambda: H.DeepLabV3Backbone(
        image_encoder=resnet(),
        projection_filters=48,
        low_level_feature_key="P2",
        spatial_pyramid_pooling_key="P5",
        upsampling_size=8,
        dilation_rates=[6, 12, 18],
    ),
)


def deeplab_seg():
    b = H.DeepLabV3Backbone(
        image_encoder=resnet(image_shape=(96, 96, 3)),
        projection_filters=48,
        low_level_feature_key="P2",
        spatial_pyramid_pooling_key="P5",
        upsampling_size=8,
        dilation_rates=[6, 12, 18],
    )
    return H.DeepLabV3ImageSegmenter(backbone=b, num_classes=4, activation=None)


E("DeepLabV3ImageSegmenter", deeplab_seg, inputs=[(96, 96, 3)])


def retina(s=(256, 256, 3)):
    return H.RetinaNetBackbone(
        image_encoder=resnet(image_shape=s), min_level=3, max_level=7, use_p5=False, image_shape=s
    )


E("RetinaNetBackbone", retina)
E(
    "RetinaNetObjectDetector",
    lambda: H.RetinaNetObjectDetector(
        backbone=retina(),
        num_classes=10,
        bounding_box_format="xyxy",
        label_encoder=None,
        anchor_generator=kh.layers.AnchorGenerator(
            bounding_box_format="xyxy",
            min_level=3,
            max_level=7,
            num_scales=3,
            aspect_ratios=[0.5, 1.0, 2.0],
            anchor_size=4.0,
        ),
    ),
)


def mit():
    return H.MiTBackbone(
        image_shape=I,
        num_layers=4,
        hidden_dims=[32, 64, 160, 256],
        layerwise_depths=[2, 2, 2, 2],
        layerwise_num_heads=[1, 2, 5, 8],
        layerwise_sr_ratios=[8, 4, 2, 1],
        layerwise_patch_sizes=[7, 3, 3, 3],
        layerwise_strides=[4, 2, 2, 2],
        max_drop_path_rate=0.1,
    )


E("SegFormerBackbone", lambda: H.SegFormerBackbone(image_encoder=mit(), projection_filters=256))
E(
    "SegFormerImageSegmenter",
    lambda: H.SegFormerImageSegmenter(
        backbone=H.SegFormerBackbone(image_encoder=mit(), projection_filters=256), num_classes=4
    ),
)
E(
    "HGNetV2",
    lambda: H.HGNetV2Backbone(
        depths=[1, 2, 4],
        embedding_size=32,
        hidden_sizes=[64, 128, 256],
        stem_channels=[3, 16, 32],
        hidden_act="relu",
        use_learnable_affine_block=False,
        stackwise_stage_filters=[(32, 16, 64, 1, 1, 3), (64, 32, 128, 2, 1, 3), (128, 64, 256, 4, 1, 3)],
        apply_downsample=[False, True, True],
        use_lightweight_conv_block=[False, False, False],
        image_shape=I,
    ),
)
E(
    "Bert",
    lambda: H.BertBackbone(
        vocabulary_size=1000, num_layers=2, num_heads=4, hidden_dim=64, intermediate_dim=128, max_sequence_length=32
    ),
    inputs=[(16,)] * 3,
)
E(
    "GPT2",
    lambda: H.GPT2Backbone(
        vocabulary_size=1000, num_layers=2, num_heads=4, hidden_dim=64, intermediate_dim=128, max_sequence_length=32
    ),
    inputs=[(16,), (16,)],
)
E(
    "FNet",
    lambda: H.FNetBackbone(
        vocabulary_size=1000, num_layers=2, hidden_dim=64, intermediate_dim=128, max_sequence_length=32
    ),
    inputs=[(16,), (16,)],
)
E(
    "Albert",
    lambda: H.AlbertBackbone(
        vocabulary_size=1000,
        num_layers=2,
        num_heads=4,
        embedding_dim=16,
        hidden_dim=64,
        intermediate_dim=128,
        max_sequence_length=32,
    ),
    inputs=[(16,)] * 3,
)
E(
    "Llama",
    lambda: H.LlamaBackbone(
        vocabulary_size=1000,
        num_layers=2,
        num_query_heads=4,
        num_key_value_heads=2,
        hidden_dim=64,
        intermediate_dim=128,
    ),
    inputs=[(16,), (16,)],
)
E(
    "T5",
    lambda: H.T5Backbone(
        vocabulary_size=1000,
        num_layers=2,
        num_heads=4,
        hidden_dim=64,
        intermediate_dim=128,
        key_value_dim=16,
        dropout=0.0,
    ),
    inputs=[(16,)] * 4,
)
E(
    "BertTextClassifier",
    lambda: H.BertTextClassifier(
        backbone=H.BertBackbone(
            vocabulary_size=1000, num_layers=2, num_heads=4, hidden_dim=64, intermediate_dim=128, max_sequence_length=32
        ),
        num_classes=4,
    ),
    inputs=[(16,)] * 3,
)
E(
    "Whisper",
    lambda: H.WhisperBackbone(
        vocabulary_size=1000,
        num_layers=2,
        num_heads=4,
        hidden_dim=64,
        intermediate_dim=128,
        max_encoder_sequence_length=64,
        max_decoder_sequence_length=32,
    ),
    inputs=[(16,), (16,), (64, 80)],
)

E(
    "CSPDarkNet",
    lambda: H.CSPNetBackbone(
        stem_filters=32,
        stem_kernel_size=3,
        stem_strides=1,
        stackwise_depth=[1, 2, 4],
        stackwise_strides=[1, 2, 2],
        stackwise_num_filters=[32, 64, 128],
        block_type="dark_block",
        stage_type="dark",
        image_shape=I,
    ),
)
E(
    "EfficientNetV2-like fixed",
    lambda: H.EfficientNetBackbone(
        stackwise_kernel_sizes=[3] * 6,
        stackwise_num_repeats=[2, 4, 4, 6, 9, 15],
        stackwise_input_filters=[24, 24, 48, 64, 128, 160],
        stackwise_output_filters=[24, 48, 64, 128, 160, 256],
        stackwise_expansion_ratios=[1, 4, 4, 4, 6, 6],
        stackwise_squeeze_and_excite_ratios=[0.0, 0.0, 0, 0.25, 0.25, 0.25],
        stackwise_strides=[1, 2, 2, 2, 1, 2],
        stackwise_block_types=["fused"] * 3 + ["unfused"] * 3,
        width_coefficient=1.0,
        depth_coefficient=1.0,
        input_shape=I,
    ),
)
E(
    "VGGImageClassifier",
    lambda: H.VGGImageClassifier(
        backbone=H.VGGBackbone(
            stackwise_num_repeats=[1, 1, 1], stackwise_num_filters=[16, 32, 64], image_shape=(64, 64, 3)
        ),
        num_classes=10,
    ),
)
E(
    "DINOV3",
    lambda: H.DINOV3Backbone(
        patch_size=16, num_layers=2, hidden_dim=32, num_heads=2, intermediate_dim=128, image_shape=(64, 64, 3)
    ),
)
E(
    "CLIPVisionEncoder",
    lambda: H.CLIPVisionEncoder(
        patch_size=32,
        hidden_dim=64,
        num_layers=2,
        num_heads=4,
        intermediate_dim=128,
        intermediate_activation="quick_gelu",
        intermediate_output_index=None,
        image_shape=I,
    ),
)
E(
    "SigLIPVisionEncoder",
    lambda: H.SigLIPVisionEncoder(
        patch_size=32, hidden_dim=64, num_layers=2, num_heads=4, intermediate_dim=128, image_shape=I
    ),
)
E(
    "FeatureExtractor of ResNet pyramid",
    lambda: keras.Model(
        *(lambda b: (b.inputs, b.pyramid_outputs))(
            H.ResNetBackbone(
                input_conv_filters=[64],
                input_conv_kernel_sizes=[7],
                stackwise_num_filters=[64, 128, 256, 512],
                stackwise_num_blocks=[2, 2, 2, 2],
                stackwise_num_strides=[1, 2, 2, 2],
                block_type="basic_block",
                image_shape=I,
            )
        )
    ),
)

E(
    "BertMaskedLM",
    lambda: H.BertMaskedLM(
        backbone=H.BertBackbone(
            vocabulary_size=1000, num_layers=2, num_heads=4, hidden_dim=64, intermediate_dim=128, max_sequence_length=32
        )
    ),
    inputs=[(4,), (16,), (16,), (16,)],
)
E(
    "GPT2CausalLM",
    lambda: H.GPT2CausalLM(
        backbone=H.GPT2Backbone(
            vocabulary_size=1000, num_layers=2, num_heads=4, hidden_dim=64, intermediate_dim=128, max_sequence_length=32
        )
    ),
    inputs=[(16,), (16,)],
)
E = of("kyolo")
for n in ["yolov5n", "yolov8n", "yolov9t", "yolov10n", "yolo11n", "yolo12n", "yolo26n"]:
    E(n, lambda n=n: getattr(kyolo, n)(input_shape=(320, 320, 3)))
E = of("k3im")


def A(m):
    return importlib.import_module("k3im." + m)


c = {"image_size": 64, "patch_size": 8, "num_classes": 10, "dim": 64, "depth": 2, "heads": 4, "mlp_dim": 128}
v3 = {
    "image_size": 32,
    "image_patch_size": 8,
    "frames": 8,
    "frame_patch_size": 2,
    "num_classes": 10,
    "dim": 64,
    "depth": 2,
    "heads": 4,
    "mlp_dim": 128,
}
E("CaiT", lambda: A("cait").CaiTModel(**c, cls_depth=1))
E("CCT", lambda: A("cct").CCT((64, 64, 3), 4, 64, 3, 2, 1, [64, 64], 0.1, 2, 10))
E("ConvMixer", lambda: A("convmixer").ConvMixer(32, 64, 4))
E("ConvMixer1D", lambda: A("convmixer_1d").ConvMixer1DModel(32, 3, 64, 4))
E(
    "CrossViT",
    lambda: A("cross_vit").CrossViT(
        image_size=96,
        num_classes=10,
        sm_dim=32,
        lg_dim=64,
        channels=3,
        sm_enc_mlp_dim=64,
        lg_enc_mlp_dim=128,
        depth=1,
        lg_enc_depth=1,
    ),
)
E("DeepViT", lambda: A("deepvit").DeepViT(**c))
E("EANet", lambda: A("eanet").EANet((32, 32, 3), 2, 64, 2, 64, 4, 4, 0.2, 0.2, 10))
E("FNet", lambda: A("fnet").FNetModel(32, 4, 64, 2, 0.1, 10))
E("FocalNet", lambda: A("focalnet").FocalNetModel(img_size=224, embed_dim=32, depths=[1, 1, 2, 1]))
E("MlpMixer", lambda: A("mlp_mixer").MlpMixer(num_classes=10, img_size=64, patch_size=8, num_blocks=2, embed_dim=64))
E(
    "gMLP",
    lambda: A("gmlp").gMLPModel(
        image_size=64, patch_size=8, embedding_dim=64, num_blocks=2, dropout_rate=0.1, num_classes=10
    ),
)
E("SimpleViT", lambda: A("simple_vit").SimpleViT(**c))
E(
    "SimpleViT 1D",
    lambda: A("simple_vit_1d").SimpleViT1DModel(
        seq_len=64, patch_size=8, num_classes=10, dim=64, depth=2, heads=4, mlp_dim=128
    ),
)
E("SimpleViT FFT", lambda: A("simple_vit_with_fft").SimpleViTFFT(freq_patch_size=8, **c))
E("SimpleViT registers", lambda: A("simple_vit_with_register_tokens").SimpleViT_RT(**c))
E("SimpleViT patch dropout", lambda: A("vit_with_patch_dropout").SimpleViTPD(**c))
E("SwinT", lambda: A("swint").SwinTModel(32, (2, 2), 64, 8, 2, 128, True, 0.03, 1, 10))
E("ViTokenLearner", lambda: A("token_learner").ViTokenLearner(**c, token_learner_units=4))
E("ViT", lambda: A("vit").ViT(**c))
E = of("keras-unet-collection")
E("unet_2d", lambda: ku.unet_2d((128, 128, 3), [16, 32, 64, 128], 2, batch_norm=True))
E("unet_2d tconv", lambda: ku.unet_2d((128, 128, 3), [16, 32, 64, 128], 2, pool=False, unpool=False, activation="GELU"))
E("unet_2d backbone VGG16", lambda: ku.unet_2d((128, 128, 3), [16, 32, 64, 128], 2, backbone="VGG16", weights=None))
E(
    "vnet_2d",
    lambda: ku.vnet_2d(
        (128, 128, 3), [16, 32, 64, 128], 2, batch_norm=True, pool=False, unpool=False, activation="PReLU"
    ),
)
E(
    "unet_plus_2d",
    lambda: ku.unet_plus_2d((128, 128, 3), [16, 32, 64, 128], 2, deep_supervision=True, activation="LeakyReLU"),
)
E("r2_unet_2d", lambda: ku.r2_unet_2d((128, 128, 3), [16, 32, 64, 128], 2, batch_norm=True, unpool="nearest"))
E("att_unet_2d", lambda: ku.att_unet_2d((128, 128, 3), [16, 32, 64, 128], 2, batch_norm=True, unpool="bilinear"))
E("u2net_2d", lambda: ku.u2net_2d((128, 128, 3), 2, [16, 32, 64, 128], deep_supervision=True))
E("unet_3plus_2d", lambda: ku.unet_3plus_2d((128, 128, 3), 2, [16, 32, 64, 128], deep_supervision=True))
E = of("segmodels-keras")
SEGMENTING = """
    Unet-vgg16 Unet-resnet34 FPN-resnet18 Linknet-mobilenetv2 PSPNet-resnet18 Unet-efficientnetb0 Linknet-inceptionv3
    Unet-vgg19 FPN-efficientnetb1 Linknet-resnet50 PSPNet-vgg16 FPN-mobilenetv2
"""
for each in SEGMENTING.split():
    a, b = each.split("-")
    E(
        f"{a}-{b}",
        lambda a=a, b=b: getattr(sk, a)(
            b, input_shape=(192, 192, 3) if a != "PSPNet" else (144, 144, 3), encoder_weights=None, classes=3
        ),
    )
E("Unet-resnet18 None", lambda: sk.Unet("resnet18", encoder_weights=None), inputs=[(128, 128, 3)])
