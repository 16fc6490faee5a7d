"""What the network sees: L*a*b*, and how far each colour is from those along the border."""
import numpy as np

STEPS = 65536
MATRIX = np.array(
    [[0.433953, 0.376219, 0.189828], [0.212671, 0.71516, 0.072169], [0.017758, 0.109477, 0.872765]], np.float32)


def _linear():
    v = np.arange(256) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _root():
    v = np.arange(STEPS + 2) / STEPS
    return np.where(v > 0.008856, np.cbrt(v), 7.787 * v + 16 / 116).astype(np.float32)


LINEAR, ROOT = _linear(), _root()


def to_lab(rgb):
    """As image/lab.ts; one row per pixel."""
    xyz = LINEAR[rgb.reshape(-1, 3)] @ MATRIX.T
    f = ROOT[(xyz * STEPS + 0.5).astype(np.int32)]
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


def border_distance(lab):
    """As segmentation/saliency.ts: Mahalanobis distance to each side's strip, the largest dropped."""
    side = len(lab)
    n = max(3, round(0.08 * side))
    total = largest = 0
    for strip in (lab[:n], lab[-n:], lab[:, :n], lab[:, -n:]):
        colours = strip.reshape(-1, 3).astype(np.float64)
        mean = colours.mean(0)
        inverse = np.linalg.inv(colours.T @ colours / len(colours) - np.outer(mean, mean) + 20 * np.eye(3))
        # The square root of the inverse: the distance is then a plain length.
        root = np.linalg.cholesky(inverse).astype(np.float32)
        off = (lab.reshape(-1, 3) - mean.astype(np.float32)) @ root
        distance = np.sqrt(np.einsum('ij,ij->i', off, off))
        total = total + distance
        largest = np.maximum(largest, distance)
    return (total - largest).reshape(side, side)


def input_planes(rgb):
    """Four planes of about -1 to 1, float32, from a square picture of bytes."""
    side = len(rgb)
    lab = to_lab(rgb).reshape(side, side, 3)
    far = border_distance(lab)
    return np.stack([lab[..., 0] / 50 - 1, lab[..., 1] / 40, lab[..., 2] / 40, far / (far + 6)]).astype(np.float32)
