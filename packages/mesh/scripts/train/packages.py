"""The Debian packages with free pictures, and what each is used for."""
import re

# role: 'cutout' takes pictures with transparency, 'background' opaque ones, 'scene' opaque ones without one clear
# object (they also serve as examples of nothing). weight: how often a cut-out is drawn; photos more often than drawings.
PACKAGES = [
    ('tuxpaint-stamps-default', 'cutout', 4, r'cartoon|/symbols/(?!money|chess)|roadsigns|flags|_mirror|_flip'),
    ('gcompris-qt-data', 'cutout background', 2, r'/(paintings|babyshapes|details|clickgame|hangman|digital_electricity|'
     r'leftright|core|chronos|gravity|memory-sound|louis-braille|menu)/|/images/(alphabets|numbers)/|/icons/|/doc/'),
    ('opencv-doc', 'background', 1, r'/html/|/shape_sample/|mask|trimap|_result|/reg/|/fuzzy/|scenetext'),
    ('python3-skimage', 'background', 1, r'/tests/|palette|checker|phantom|truncated|bw_text|logo|horse'),
    ('python3-scipy', 'background', 1, r'/tests/'),
    ('python3-sklearn', 'background', 1, r'/tests/'),
    ('palapeli-data', 'background', 1, r'thumb'),
    ('gnome-taquin', 'background', 1, r'icons'),
    ('gnome-backgrounds', 'scene', 1, r'\.svg$'),
    ('mate-backgrounds', 'scene', 1, r'\.svg$'),
    ('ukui-wallpapers', 'scene', 1, r'\.svg$'),
    ('lomiri-wallpapers-16.04', 'scene', 1, r'\.svg$'),
    ('lomiri-wallpapers-20.04', 'scene', 1, r'\.svg$'),
    ('plasma-workspace-wallpapers', 'scene', 1, r'screenshot|_dark'),
    ('sweethome3d-furniture', 'cutout', 3, r'Texture|texture'),
    ('sweethome3d', 'cutout background', 2, r'/swing/|/icons/|/viewcontroller/|/applet/'),
    ('lincity-ng-data', 'cutout', 1, r'/gui/|mainmenu'),
    ('freedroidrpg-data', 'cutout', 2, r'^(?!.*/graphics/(items|droids|obstacles)/).*|shadow'),
    ('oxygen-icon-theme', 'cutout', 1, r'^(?!.*/(128x128|256x256)/(apps|devices|places|categories|emotes|animations)/).*'),
    ('openclipart-png', 'cutout', 1, r'/(icons|stars|flags|signs_and_symbols|map_symbols|buttons|arrows|led|stickmen|'
     r'jigsaw|patterns|smilies|roadsigns|geography|shapes|special|computer/fonts|logos|unsorted)/'),
]


def wanted(skip, path):
    return not re.search(skip, path)
