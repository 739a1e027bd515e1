"""U-Nets as designs (Ronneberger et al. 2015, arXiv 1505.04597): any input, up to five levels, valid or same."""

from __future__ import annotations

SIZES = (
    "16", "20", "31", "32", "45", "50", "63", "64", "77", "90x60", "100", "101", "117", "128", "130x131", "150", "160",
    "188", "200x300", "224", "225", "256", "257", "299", "320x239", "333", "388", "420", "512", "572",
)  # fmt: skip


def unet(size, levels, padding):
    """The text of a U-Net without a crop, as people write it at first."""
    lines = [f"input: {size if 'x' in size else f'{size}x{size}'}x1", "layers:"]
    conv = "- conv2d: {{filters: {}, kernel_size: 3, padding: {}, activation: relu}}"
    for level in range(levels):
        lines.append(conv.format(8 << level, padding))
        lines.append(f"- conv2d: {{name: d{level}, filters: {8 << level}, kernel_size: 3, padding: {padding}}}")
        lines.append("- max_pool2d")
    lines.append(conv.format(8 << levels, padding))
    for level in reversed(range(levels)):
        lines.append(f"- transposed_conv2d: {{name: u{level}, filters: {8 << level}, kernel_size: 2, strides: 2}}")
        lines.append(f"- concatenate: {{name: join{level}, inputs: [d{level}, u{level}]}}")
        lines.append(conv.format(8 << level, padding))
    lines.append("- conv2d: {filters: 2, kernel_size: 1}")
    return "\n".join(lines) + "\n"
