/** A Debian package with free pictures, and which of its files are of use. */
export interface PhotoPackage {
  name: string;
  /** Files that are left out. */
  skip?: RegExp;
}

/** What is drawn, written or generated has no place among photos; nor have the pieces of puzzles. */
export const photoPackages: readonly PhotoPackage[] = [
  {
    name: 'tuxpaint-stamps-default',
    skip: /cartoon|\/symbols\/(?!money|chess)|roadsigns|flags|\/seasonal\/.*\/text|_mirror|_flip/,
  },
  {
    name: 'gcompris-qt-data',
    skip: /\/(paintings|babyshapes|details|clickgame|hangman|lang|digital_electricity|leftright|core|chronos|gravity|memory-sound|louis-braille)\/|\/images\/(alphabets|numbers)\/|\/icons\/|\/doc\//,
  },
  {
    name: 'opencv-doc',
    skip: /\/html\/|gradient|ellipses|detect_blob|pca_test|pic[0-9]|HappyFish|digits|imageText|squirrel_cls|\/ml\.png|opencv-logo|WindowsLogo|\/shape_sample\/|mask|trimap|_result|\/reg\/|\/fuzzy\/|scenetext|\/(left|right)[01]/,
  },
  { name: 'python3-skimage', skip: /\/tests\/|palette|checker|phantom|microaneurysms|truncated|bw_text|logo|horse/ },
  { name: 'mate-backgrounds', skip: /\/(abstract|cosmos)\// },
  { name: 'ukui-wallpapers' },
  { name: 'lomiri-wallpapers-16.04' },
  { name: 'lomiri-wallpapers-20.04' },
  {
    name: 'plasma-workspace-wallpapers',
    skip: /screenshot|_dark|vertical|IceCold|Shell|Kay|Opal|SafeLanding|MilkyWay|Altai|Flow|Patak|Volna|Cascade/,
  },
  { name: 'mypaint-data-extras' },
];
