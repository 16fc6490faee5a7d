"""The network: a small U-Net of plain 3x3 convolutions, with the mean of the whole picture fed back into the middle."""
import torch
from torch import nn
from torch.nn import functional as F

SIDE = 128
CHANNELS = (16, 32, 64, 128)


class Conv(nn.Module):
    """Convolution, batch norm (folded into the weights on export) and, mostly, ReLU."""

    def __init__(self, inputs, outputs, kernel=3, stride=1, relu=True):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.relu = relu

    def forward(self, x):
        y = self.norm(self.conv(x))
        return F.relu(y) if self.relu else y


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = Conv(channels, channels)
        self.second = Conv(channels, channels, relu=False)

    def forward(self, x):
        return F.relu(x + self.second(self.first(x)))


def doubled(x):
    return F.interpolate(x, scale_factor=2, mode='nearest')


class Network(nn.Module):
    """From 4 planes of 128 x 128 (input_planes.py) to logits of 64 x 64."""

    def __init__(self):
        super().__init__()
        a, b, c, d = CHANNELS
        self.down1 = Conv(4, a, stride=2)
        self.down2 = nn.Sequential(Conv(a, b, stride=2), Conv(b, b))
        self.down3 = nn.Sequential(Conv(b, c, stride=2), Residual(c))
        self.down4 = nn.Sequential(Conv(c, d, stride=2), Residual(d))
        self.overall = nn.Linear(d, d)
        self.middle = Conv(d, d)
        self.side3, self.up3 = Conv(d, c, 1, relu=False), Conv(c, c)
        self.side2, self.up2 = Conv(c, b, 1, relu=False), Conv(b, b)
        self.side1, self.up1 = Conv(b, a, 1, relu=False), Conv(a, a)
        self.head = nn.Conv2d(a, 1, 3, padding=1)
        # Only helps to train: the answer at a quarter of the resolution.
        self.coarse = nn.Conv2d(c, 1, 1)

    def forward(self, x):
        x1 = self.down1(x)
        x2 = self.down2(x1)
        x3 = self.down3(x2)
        x4 = self.down4(x3)
        overall = self.overall(x4.mean((2, 3)))
        x4 = self.middle(F.relu(x4 + overall[:, :, None, None]))
        y3 = self.up3(F.relu(x3 + doubled(self.side3(x4))))
        y2 = self.up2(F.relu(x2 + doubled(self.side2(y3))))
        y1 = self.up1(F.relu(x1 + doubled(self.side1(y2))))
        return self.head(y1), self.coarse(y3)

    def layers(self):
        """All layers that are exported, in the order in which they run; as in network.ts."""
        def residual(sequence):
            return [*sequence[:-1], sequence[-1].first, sequence[-1].second]

        return [
            self.down1, *self.down2, *residual(self.down3), *residual(self.down4), self.overall, self.middle,
            self.side3, self.up3, self.side2, self.up2, self.side1, self.up1, self.head,
        ]
