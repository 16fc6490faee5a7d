/** How thick things are in truth: depth against the shorter side of their front. */
export interface Kind {
  kind: 'flat' | 'tool' | 'boxy' | 'round' | 'full';
  low: number;
  high: number;
}

const ranges = {
  /** Coins, saws, boards. */
  flat: { low: 0, high: 0.2 },
  /** Scissors, pliers, hammers: thinner than wide, but with handles. */
  tool: { low: 0.03, high: 0.35 },
  /** Books, cameras, gravestones. */
  boxy: { low: 0.1, high: 0.6 },
  /** Bottles, bulbs and everything else that was turned. */
  round: { low: 0.7, high: 1.1 },
  /** Balls and bodies. */
  full: { low: 0.8, high: 1.1 },
} as const;

/** By the name of the file, where a name tells it. */
const names: readonly [RegExp, Kind['kind']][] = [
  [/^(button|saw|bandage_adhesive|cymbal_crash|mercurythermometer|blackslate|plate|spoons)\b/, 'flat'],
  [/^(sudoku|chessboard_RGB|board|box)\./, 'flat'],
  [/^(scissors|plier|wrench|tweezer|sickle|sideCutter|hammer[0-9])/, 'tool'],
  [/coin|^[0-9]*-?(dime|nickel|quarter|penny|kennedy|sacagawea|euro_)/, 'flat'],
  [/^(camera_35mm|toolbox|guitar|violin|cello|multimeter|grave-|clock|block)/, 'boxy'],
  [/^(Lightbulb|bulb|cylinder|candle|drum_tomtom|home_compost|bucket|cup|spray|pawn|rook|bishop|queen|king)/, 'round'],
  [/^(apricot|Apricot_whole|orange|kiwi|apple|avocado|earth|jupiter|mars|mercury|neptune|sun|venus)\b/, 'full'],
  [/^([1-8]_(mercury|jupiter|uranus|neptune)|baseball|volleyball|balloon360|basketball|soccer)/, 'full'],
];

/** What a file shows; undefined where its name does not tell. */
export function kindOf(file: string): Kind | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const found = names.find(([pattern]) => pattern.test(name));
  return found && { kind: found[1], ...ranges[found[1]] };
}
