"""Examples of matrix products, attention, look-ups and what a model holds."""

from __future__ import annotations

from resnet_analyzer.ops.adapted import Adapted
from resnet_analyzer.ops.attention import AdditiveAttention, Attention
from resnet_analyzer.ops.constant import Constant, FilledLike, Parameter
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.dot import Dot
from resnet_analyzer.ops.einsum import Einsum, EinsumDense
from resnet_analyzer.ops.embedding import Embedding
from resnet_analyzer.ops.fourier import FourierTransform
from resnet_analyzer.ops.matmul import MatMul
from resnet_analyzer.ops.multi_head_attention import GroupQueryAttention, MultiHeadAttention
from resnet_analyzer.ops.scaled_dot_product_attention import ScaledDotProductAttention
from resnet_analyzer.ops.spectral_norm import SpectralNorm
from resnet_analyzer.shape import Shape

from .case import MAP, ROW, VECTOR, VOLUME, Case, case, everywhere

HEADS = Shape("b", 4, "h", 8)
KEYS, VALUES = Shape("b", 4, "m", 8), Shape("b", 4, "m", "c")
FEWER_KEYS, FEWER_VALUES = Shape("b", "n", "m", 8), Shape("b", "n", "m", "c")

PRODUCT_CASES: dict[str, list[Case]] = {
    "AdditiveAttention": [
        case(AdditiveAttention(), ROW, Shape("b", "w", "c")),
        case(AdditiveAttention(use_scale=False), ROW, Shape("b", "w", 5), Shape("b", "w", "c")),
        case(AdditiveAttention(), MAP, MAP),
    ],
    "Attention": [
        case(Attention(), ROW, Shape("b", "w", "c")),
        case(Attention(use_scale=True), ROW, Shape("b", "w", 5), Shape("b", "w", "c")),
        case(Attention(score_mode="concat"), ROW, Shape("b", "w", "c")),
        case(Attention(True, "concat"), ROW, Shape("b", "w", 7), Shape("b", "m", "c")),
        case(Attention(), ROW),
    ],
    "Constant": [case(Constant((1, 2, 3))), case(Constant()), case(lambda sizes: Constant((sizes["h"], 3)))],
    "Dot": [
        case(Dot((2, 1)), ROW, Shape("b", "c", "w")),
        case(Dot(1), VECTOR, VECTOR),
        case(Dot(-1, normalize=True), ROW, Shape("b", "w", 12)),
        case(Dot((3, 1)), MAP, Shape("b", "c")),
        case(Dot((0, 1)), VECTOR, VECTOR),
        case(Dot((1, 1)), VECTOR, ROW),
    ],
    "Einsum": [
        case(Einsum("bqhd,bkhd->bhqk"), Shape("b", "h", 4, "c"), Shape("b", "w", 4, "c")),
        case(Einsum("ij,jk"), Shape("h", "c"), Shape("c", "n")),
        case(Einsum("...ij,...jk->...ik"), Shape("b", 1, "h", "c"), Shape("d", 12, "w")),
        case(Einsum("bhwc,bhwc->b"), MAP, MAP),
        case(Einsum("bhc->cb"), ROW),
        case(Einsum("bii->bi"), Shape("b", "h", "m")),
        case(Einsum("b...->..."), MAP),
        case(Einsum("ab,bc,cd->ad"), Shape("h", "w"), Shape("w", "c"), Shape("c", "n")),
        case(Einsum("a,b,c->abc"), Shape("h"), Shape("w"), Shape("c")),
        case(Einsum("ij,jk->ik"), MAP, Shape("c", "n")),
        case(Einsum("ij,jk->ik"), Shape("h", "c")),
    ],
    "EinsumDense": [
        case(EinsumDense("abc,cde->abde", (0, 8, 6), "de"), ROW),
        case(EinsumDense("...x,xy->...y", 64, "y", "softmax"), MAP),
        case(EinsumDense("ab,bc->ac", 64), VECTOR),
        case(EinsumDense("aecd,bcd->abce", (3, 0, 0)), MAP),
        case(lambda sizes: EinsumDense("abc,cd->abd", (0, sizes["n"]), "bd"), ROW),
        case(EinsumDense("ab,bc->ac", 64), ROW),
    ],
    "Adapted": [
        *(case(Adapted(Dense(7), mode, rank), ROW) for mode in ("", "int8", "int4") for rank in (0, 2)),
        case(Adapted(Dense(7, activation="relu"), "int8", rounds_input=True), ROW),
        case(Adapted(Dense(7), "int4", block=4), VECTOR),
        case(Adapted(Dense(7), "float8"), MAP),
        case(Adapted(EinsumDense("abc,cde->abde", (0, 2, 3), "de"), "int8", 2, rounds_input=True), ROW),
        case(Adapted(EinsumDense("abc,cde->abde", (0, 2, 3), "de"), "int4", 2, block=4), ROW),
        case(Adapted(EinsumDense("aecd,bcd->abce", (3, 0, 0)), "int8"), MAP),
        *(case(Adapted(Embedding(100, 8), mode, 2), Shape("b", "h")) for mode in ("", "int8", "int4")),
        case(Adapted(Embedding(100, 8), "int4", block=4), Shape("b", "h")),
        case(lambda sizes: Adapted(Dense(sizes["n"]), rank=3), MAP),
    ],
    "Embedding": [
        case(Embedding(100, 8), Shape("b", "h")),
        case(Embedding(100, 8), Shape("b")),
        case(lambda sizes: Embedding(sizes["w"], sizes["n"]), Shape("b", "h", "d")),
        case(Embedding(100, 12, reverse=True), ROW),
        *(case(Embedding(100, 12, reverse=True, untied=True), shape) for shape in (ROW, VECTOR)),
        case(Embedding(100, 8, untied=True), Shape("b", "h")),
    ],
    "GroupQueryAttention": [
        case(GroupQueryAttention(4, 6, num_key_value_heads=2), ROW, Shape("b", "w", "c")),
        case(lambda sizes: GroupQueryAttention(6, 4, num_key_value_heads=sizes["n"], use_bias=False), ROW, ROW),
    ],
    "MatMul": [
        case(MatMul(), ROW, Shape("c", "n")),
        case(MatMul(), Shape("b", "d", "h", "c"), Shape("b", 1, "c", "w")),
        case(MatMul(transpose_a=True), ROW, Shape("b", "h", 5)),
        case(MatMul(transpose_b=True), ROW, Shape("b", "w", "c")),
        case(MatMul(True, True), ROW, Shape("b", 9, "h")),
        case(MatMul(), Shape("c"), Shape("c")),
        case(MatMul(), MAP, Shape(12)),
        case(MatMul(), Shape("h"), ROW),
        case(MatMul(), ROW, ROW),
        case(MatMul(), Shape(), ROW),
    ],
    "MultiHeadAttention": [
        case(MultiHeadAttention(2, 4), ROW, ROW),
        case(MultiHeadAttention(2, 4), ROW),
        case(MultiHeadAttention(2, 4, causal=True), ROW),
        case(MultiHeadAttention(2, 4, value_dim=3, units=5, use_bias=False), ROW, Shape("b", "w", 8)),
        case(MultiHeadAttention(3, 2), ROW, Shape("b", "w", 8), Shape("b", "m", 8)),
        case(lambda sizes: MultiHeadAttention(sizes["n"], 4), ROW, ROW),
        case(MultiHeadAttention(2, 4), MAP),
        case(MultiHeadAttention(2, 4, attention_axes=(2,)), MAP, Shape("b", "h", "m", 5)),
        case(MultiHeadAttention(2, 4, attention_axes=(1, 3)), VOLUME),
        case(MultiHeadAttention(2, 4, roles=("query", "value", "attention_mask")), ROW, ROW, Shape("b", "h", "h")),
        case(MultiHeadAttention(2, 4), VECTOR),
    ],
    "FilledLike": everywhere(FilledLike()),
    "FourierTransform": [
        case(FourierTransform(), Shape("b", "h", 8), Shape("b", "h", 8)),
        case(FourierTransform(2), Shape("b", 12, 7), Shape("b", 12, 7)),
        case(FourierTransform(2, inverse=True), Shape("b", "n", 16, 9), Shape("b", "n", 16, 9)),
    ],
    "SpectralNorm": [
        case(SpectralNorm(Dense(7)), ROW),
        case(SpectralNorm(Conv2d(8, 3, padding="same")), MAP),
        case(SpectralNorm(Embedding(100, 8)), Shape("b", "h")),
        case(lambda sizes: SpectralNorm(Dense(sizes["n"])), VECTOR),
    ],
    "Parameter": [
        case(Parameter((1, 197, 768))),
        case(lambda sizes: Parameter((1, sizes["h"], sizes["c"]), "pos_embed", moving=True)),
    ],
    "ScaledDotProductAttention": [
        case(ScaledDotProductAttention(), HEADS, KEYS, VALUES),
        case(ScaledDotProductAttention(causal=True), HEADS, FEWER_KEYS, FEWER_VALUES),
        case(ScaledDotProductAttention(), HEADS, KEYS, VALUES, Shape("h", "m")),
        case(
            ScaledDotProductAttention(heads_last=True),
            Shape("b", "h", 4, 8),
            Shape("b", "m", 2, 8),
            Shape("b", "m", 2, 3),
        ),
        case(ScaledDotProductAttention(), ROW, Shape("b", "w", "c"), Shape("b", "w", 5)),
        case(ScaledDotProductAttention(heads_last=True), ROW, ROW, ROW),
        case(ScaledDotProductAttention(), ROW, ROW),
        case(ScaledDotProductAttention(), HEADS, KEYS, Shape("b", 4, "w", 8)),
    ],
}
