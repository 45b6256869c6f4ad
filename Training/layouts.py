"""State dicts of ThunderNet as other implementations write them, and their habits.

`from_daybreak` and `from_liguiyuan` give a state_dict with the keys of `ThunderNet`, `to_daybreak` and `to_liguiyuan` one
with theirs, which computes the same.
"""

import re
from collections.abc import Iterable

import torch
from torch import Tensor

from thundernet import Habits

#: github.com/DayBreak-u/Thundernet_Pytorch
DAYBREAK = Habits(
    channel_mixing="interleaved_input", anchors="classic", pixel_offset=1, growth_clip="none", background="first",
    pooling="maximum", suppression="hard")
#: github.com/liguiyuan/Thundernet-pytorch
LIGUIYUAN = Habits(
    channel_mixing="shuffled_output", equal_halves=True, anchors="torchvision", growth_clip="upper", background="first",
    pooling="average", suppression="hard")

#: Beginnings of keys, the release's and theirs; `{}` and `{+}` stand for a stage's number and the next one.
DAYBREAK_KEYS = [
    ("backbone.first_conv", "RCNN_base.conv1"), ("backbone.stage.{}.*.branch", "RCNN_base.stage{+}.*.branch_main"),
    ("backbone.stage.{}.*.branch_left", "RCNN_base.stage{+}.*.branch_proj"), ("backbone.conv5", "RCNN_base.conv5"),
    ("neck.C4", "RCNN_base.cem.conv4"), ("neck.C5", "RCNN_base.cem.conv5"), ("neck.Cglb", "RCNN_base.cem.convlast"),
    ("rpn_head.rpn_conv.0", "rpn.dw5_5"), ("rpn_head.rpn_conv.1", "rpn.bn0"), ("rpn_head.rpn_conv.3", "rpn.con1x1"),
    ("rpn_head.rpn_conv.4", "rpn.bn1"), ("rpn_head.sam_convs.0", "sam.conv1"), ("rpn_head.sam_convs.1", "sam.bn"),
    ("rpn_head.rpn_cls", "RCNN_rpn.RPN_cls_score"), ("rpn_head.rpn_reg", "RCNN_rpn.RPN_bbox_pred"),
    ("roi_head.bbox_head.shared_fcs.0", "RCNN_top.0"), ("roi_head.bbox_head.fc_cls", "RCNN_cls_score"),
    ("roi_head.bbox_head.fc_reg", "RCNN_bbox_pred"),
]
LIGUIYUAN_KEYS = [
    ("backbone.first_conv", "backbone.conv1"), ("backbone.stage.{}.*.branch", "backbone.features{+}.*.branch2"),
    ("backbone.stage.{}.*.branch_left", "backbone.features{+}.*.branch1"), ("backbone.conv5", "backbone.conv5"),
    ("neck.C4", "cem.conv1"), ("neck.C5", "cem.conv2"), ("neck.Cglb", "cem.conv3"),
    ("rpn_head.rpn_conv.0", "rpn.head.dw5x5"), ("rpn_head.rpn_conv.3", "rpn.head.conv"),
    ("rpn_head.sam_convs.0", "sam.conv"), ("rpn_head.sam_convs.1", "sam.bn"),
    ("rpn_head.rpn_cls", "rpn.head.cls_logits"), ("rpn_head.rpn_reg", "rpn.head.bbox_pred"),
    ("roi_head.bbox_head.shared_fcs.0", "roi_heads.box_head.fc6"),
    ("roi_head.bbox_head.fc_cls", "roi_heads.box_predictor.cls_score"),
    ("roi_head.bbox_head.fc_reg", "roi_heads.box_predictor.bbox_pred"),
]
#: Convolutions of the region proposal network by the batch norm that follows.
CONVOLUTIONS = {"rpn_head.rpn_conv.1": "rpn_head.rpn_conv.0", "rpn_head.rpn_conv.4": "rpn_head.rpn_conv.3",
                "rpn_head.sam_convs.1": "rpn_head.sam_convs.0"}
EPSILON = 1e-5


def from_daybreak(state: dict[str, Tensor]) -> dict[str, Tensor]:
    state = renamed(state, ((theirs, ours) for ours, theirs in DAYBREAK_KEYS))
    for norm, convolution in CONVOLUTIONS.items():
        # What is subtracted after the bias was added.
        state[f"{norm}.running_mean"] = state[f"{norm}.running_mean"] - state.pop(f"{convolution}.bias")
    for part in ["weight", "bias"]:
        # Two classes that a softmax weighs, nothing first, are a sigmoid of their difference.
        nothing, something = state[f"rpn_head.rpn_cls.{part}"].chunk(2)
        state[f"rpn_head.rpn_cls.{part}"] = something - nothing
    return state


def to_daybreak(state: dict[str, Tensor]) -> dict[str, Tensor]:
    state = dict(state)
    for norm, convolution in CONVOLUTIONS.items():
        # Any bias does if the mean follows it.
        bias = state[f"{norm}.running_mean"] / 2 + 0.25
        state[f"{convolution}.bias"], state[f"{norm}.running_mean"] = bias, state[f"{norm}.running_mean"] + bias
    for part in ["weight", "bias"]:
        values = state[f"rpn_head.rpn_cls.{part}"]
        state[f"rpn_head.rpn_cls.{part}"] = torch.cat([-values / 2, values / 2])
    return renamed(state, DAYBREAK_KEYS)


def from_liguiyuan(state: dict[str, Tensor]) -> dict[str, Tensor]:
    kept = {key: value for key, value in state.items() if not key.startswith("backbone.classifier.")}
    state = renamed(kept, ((theirs, ours) for ours, theirs in LIGUIYUAN_KEYS))
    for norm, convolution in CONVOLUTIONS.items():
        if not convolution.startswith("rpn_head.rpn_conv"):
            continue
        # It has a bias and no norm.
        bias = state.pop(f"{convolution}.bias")
        state |= {f"{norm}.weight": torch.ones_like(bias), f"{norm}.bias": bias,
                  f"{norm}.running_mean": torch.zeros_like(bias),
                  f"{norm}.running_var": torch.full_like(bias, 1 - EPSILON),
                  f"{norm}.num_batches_tracked": torch.tensor(0)}
    return state


def to_liguiyuan(state: dict[str, Tensor]) -> dict[str, Tensor]:
    state = dict(state)
    for norm, convolution in CONVOLUTIONS.items():
        if not convolution.startswith("rpn_head.rpn_conv"):
            continue
        scale = state.pop(f"{norm}.weight") / (state.pop(f"{norm}.running_var") + EPSILON).sqrt()
        state[f"{convolution}.bias"] = state.pop(f"{norm}.bias") - state.pop(f"{norm}.running_mean") * scale
        state[f"{convolution}.weight"] = state[f"{convolution}.weight"] * scale[:, None, None, None]
        del state[f"{norm}.num_batches_tracked"]
    state |= {"backbone.classifier.0.weight": torch.zeros(1024, 512), "backbone.classifier.0.bias": torch.zeros(1024)}
    return renamed(state, LIGUIYUAN_KEYS)


def renamed(state: dict[str, Tensor], keys: Iterable[tuple[str, str]]) -> dict[str, Tensor]:
    """`state` with the second beginning of each pair for the first; keys that no pair begins stay."""
    rules = [rule(*pair) for pair in keys]
    return {new_key(key, rules): value for key, value in state.items()}


def rule(before: str, after: str) -> tuple[re.Pattern, str, int]:
    pattern = re.escape(before).replace(r"\{\}", r"(\d)").replace(r"\{\+\}", r"(\d)").replace(r"\*", r"(\d)")
    shift = 1 if "{+}" in after else -1
    return re.compile(pattern + r"(?=\.)"), after.replace("{+}", "{}").replace("*", "{}"), shift


def new_key(key: str, rules: list[tuple[re.Pattern, str, int]]) -> str:
    for pattern, after, shift in rules:
        if match := pattern.match(key):
            stage_and_unit = [int(number) for number in match.groups()]
            if stage_and_unit:
                stage_and_unit[0] += shift
            return after.format(*stage_and_unit) + key[match.end():]
    return key
