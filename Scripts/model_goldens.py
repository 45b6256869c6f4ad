"""Makes the fixtures of Tests/FoveaModelsTests from the reference implementations.

    python3 Scripts/model_goldens.py             writes Tests/Fixtures/models/efficientnet-*.tsv
    python3 Scripts/model_goldens.py light       writes Tests/Fixtures/models/light-outputs.tsv
    python3 Scripts/model_goldens.py chelsea F   writes the photograph of the real-checkpoint test to F, as 224x224 RGB bytes

Needs torch, torchvision, timm, efficientnet-pytorch 0.7.1 and efficientnet-lite-pytorch 0.1.0; chelsea needs Pillow and
scikit-image. The weights are made from the keys (see `synthetic`), so that no checkpoint is needed.
"""

import sys
from pathlib import Path

import numpy as np

FIXTURES = Path(__file__).resolve().parent.parent / "Tests/Fixtures/models"


def uniform(key, count):
    """`count` numbers in [0, 1): a 32-bit hash of FNV-1a(key) + index."""
    seed = 0x811C9DC5
    for byte in key.encode():
        seed = (seed ^ byte) * 0x01000193 & 0xFFFFFFFF
    x = (np.arange(count, dtype=np.uint64) + seed).astype(np.uint32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return x.astype(np.float64) / 2**32


def synthetic(key, shape):
    """The weights of `key`. With 3 below instead of the usual 6 the deep networks stay well conditioned."""
    u = uniform(key, int(np.prod(shape)))
    if key.endswith("num_batches_tracked"):
        values = 0 * u
    elif key.endswith("running_var"):
        values = 0.5 + u
    elif key.endswith("running_mean"):
        values = 0.2 * (u - 0.5)
    elif len(shape) >= 2:
        values = (2 * u - 1) * np.sqrt(3 / (u.size / shape[0]))
    elif key.endswith("weight"):
        values = 0.8 + 0.4 * u
    else:
        values = 0.2 * (u - 0.5)
    return values.astype(np.float32).reshape(shape)


def networks():
    """Names `layout_model` and the functions that make the reference's network.

    The two ports pad for a fixed image size unless told none; then they pad for the image at hand, as TensorFlow does.
    """
    import efficientnet_lite_pytorch
    import efficientnet_pytorch
    import timm
    import torchvision

    for i in range(8):
        name = f"efficientnet_b{i}"
        yield f"torchvision_{name}", lambda name=name: getattr(torchvision.models, name)()
    timm_names = [f"efficientnet_b{i}" for i in range(1)] + [f"tf_efficientnet_b{i}" for i in range(8)]
    timm_names += ["efficientnet_lite0"] + [f"tf_efficientnet_lite{i}" for i in range(5)]
    for name in timm_names:
        yield f"timm_{name}", lambda name=name: timm.create_model(name)
    for i in range(8):
        name = f"efficientnet-b{i}"
        yield f"lukemelas_{name}", lambda name=name: efficientnet_pytorch.EfficientNet.from_name(name, image_size=None)
    for i in range(5):
        name = f"efficientnet-lite{i}"
        yield f"lite_pytorch_{name}", lambda name=name: efficientnet_lite_pytorch.EfficientNet.from_name(
            name, image_size=None)


def light_networks():
    """The same for the networks beside EfficientNet."""
    import timm
    import torchvision

    names = ["googlenet", "squeezenet1_0", "squeezenet1_1", "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small"]
    names += [f"shufflenet_v2_x{width}" for width in ["0_5", "1_0", "1_5", "2_0"]]
    names += [f"mnasnet{width}" for width in ["0_5", "0_75", "1_0", "1_3"]]
    names += [f"resnet{layers}" for layers in [18, 34, 50, 101, 152]]
    for name in names:
        options = {"googlenet": {"aux_logits": False, "transform_input": True, "init_weights": False}}.get(name, {})
        yield f"torchvision_{name}", lambda name=name, options=options: getattr(torchvision.models, name)(**options)
    for name in ["mobilenetv1_100", "legacy_xception"]:
        yield f"timm_{name}", lambda name=name: timm.create_model(name)


def fingerprint(state):
    """FNV-1a-64 of the lines `key<TAB>shape` in the order of their bytes; a shape is `32x3x3x3` or `scalar`."""
    lines = [f"{key}\t{'x'.join(map(str, value.shape)) or 'scalar'}\n" for key, value in state.items()]
    h = 0xCBF29CE484222325
    for byte in "".join(sorted(lines)).encode():
        h = (h ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


def row(name, H, W, tensor, output):
    flat = output.detach().numpy().astype(np.float64).ravel()
    samples = [flat[(7919 * j + 17) % flat.size] for j in range(6)]
    numbers = [f"{value:.6g}" for value in [flat.mean(), flat.std(), *samples]]
    shape = "x".join(map(str, output.shape))
    return "\t".join([name, str(H), str(W), tensor, shape, *numbers, str(flat.argmax())])


def outputs(name, network):
    """The golden rows of one network, computed in double precision."""
    import torch

    is_odd = "efficientnet" not in name or name.endswith(("b0", "lite0"))
    for H, W in [(96, 80)] + ([(75, 101)] if is_odd else []):
        x = torch.from_numpy((2 * uniform("input", 3 * H * W) - 1).astype(np.float32).reshape(1, 3, H, W))
        with torch.no_grad():
            single = network.float()(x)
            y = network.double()(x.double())
        error = float((single - y).abs().max() / y.std())
        assert error < 3e-5, f"{name} is ill conditioned: single precision is off by {error} standard deviations"
        yield row(name, H, W, "OUT", y)


def filled(make):
    """The network that `make` makes, with synthetic weights."""
    import torch

    network = make().eval()
    # In place: the state_dict also carries the version of its layout.
    state = network.state_dict()
    for key, value in state.items():
        state[key] = torch.from_numpy(synthetic(key, tuple(value.shape)))
    network.load_state_dict(state)
    return network


def write_fixtures():
    goldens = ["\t".join("model H W tensor shape mean std s0 s1 s2 s3 s4 s5 argmax".split())]
    manifests = ["model\tentries\tfnv1a64"]
    for name, make in networks():
        network = filled(make)
        state = network.state_dict()
        manifests.append(f"{name}\t{len(state)}\t{fingerprint(state):016x}")
        goldens.extend(outputs(name, network))
        print(name, flush=True)
    (FIXTURES / "efficientnet-outputs.tsv").write_text("\n".join(goldens) + "\n")
    (FIXTURES / "efficientnet-manifests.tsv").write_text("\n".join(manifests) + "\n")


def write_light_fixture():
    goldens = ["\t".join("model H W tensor shape mean std s0 s1 s2 s3 s4 s5 argmax".split())]
    for name, make in light_networks():
        goldens.extend(outputs(name, filled(make)))
        print(name, flush=True)
    (FIXTURES / "light-outputs.tsv").write_text("\n".join(goldens) + "\n")


def write_chelsea(path):
    from PIL import Image
    from skimage import data

    photograph = Image.fromarray(data.chelsea())
    width, height = photograph.size
    size = (256 * width // min(width, height), 256 * height // min(width, height))
    photograph = photograph.resize(size, Image.Resampling.BICUBIC)
    left, top = round((size[0] - 224) / 2), round((size[1] - 224) / 2)
    Path(path).write_bytes(photograph.crop((left, top, left + 224, top + 224)).tobytes())


if __name__ == "__main__":
    if sys.argv[1:2] == ["chelsea"]:
        write_chelsea(sys.argv[2])
    elif sys.argv[1:2] == ["light"]:
        write_light_fixture()
    else:
        write_fixtures()
