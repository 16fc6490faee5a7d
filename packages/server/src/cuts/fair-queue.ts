/** What waits, and for whom. */
interface Waiting {
  owner: string;
}

/**
 * A queue that owners take turns in, however much each of them has in it. When it is full, an owner with fewer places than
 * their share gets one of whoever has most.
 */
export class FairQueue<Item extends Waiting> {
  readonly #max: number;
  /** By owner, oldest first; the owner whose turn is next comes first. None is empty. */
  readonly #lines = new Map<string, Item[]>();
  #size = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.#size >= this.#max;
  }

  /** Whether anybody else waits. */
  isShared(owner: string): boolean {
    return this.#lines.size > (this.#lines.has(owner) ? 1 : 0);
  }

  /** Whether something more of this owner would be let in. */
  hasRoom(owner: string): boolean {
    return !this.isFull || this.#longest().length > this.#countOf(owner) + 1;
  }

  /** Gives back what has to go for it: the newest of whoever has most, or the item itself. */
  push(item: Item): Item | undefined {
    if (!this.hasRoom(item.owner)) return item;
    const gone = this.isFull ? this.#longest().at(-1) : undefined;
    if (gone) this.remove(gone);
    const line = this.#lines.get(item.owner) ?? [];
    this.#lines.set(item.owner, line);
    line.push(item);
    this.#size += 1;
    return gone;
  }

  /** Takes out the oldest of the owner whose turn it is. */
  take(): Item | undefined {
    const [first] = this.#lines;
    if (first === undefined) return undefined;
    const [owner, [item]] = first;
    if (item) this.remove(item);
    const rest = this.#lines.get(owner);
    // Behind the others.
    if (this.#lines.delete(owner) && rest) this.#lines.set(owner, rest);
    return item;
  }

  remove(item: Item): void {
    const line = this.#lines.get(item.owner) ?? [];
    const index = line.indexOf(item);
    if (index === -1) return;
    line.splice(index, 1);
    this.#size -= 1;
    if (line.length === 0) this.#lines.delete(item.owner);
  }

  #countOf(owner: string): number {
    return this.#lines.get(owner)?.length ?? 0;
  }

  /** Of several that are as long, the one whose turn is last. */
  #longest(): readonly Item[] {
    let longest: readonly Item[] = [];
    for (const line of this.#lines.values()) if (line.length >= longest.length) longest = line;
    return longest;
  }
}
