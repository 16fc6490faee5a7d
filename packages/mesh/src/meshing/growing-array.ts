/** A typed array that doubles as it fills. */
export class GrowingArray<T extends Float32Array | Uint32Array> {
  #length = 0;
  #data: T;
  readonly #make: new (length: number) => T;

  constructor(make: new (length: number) => T) {
    this.#make = make;
    this.#data = new make(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(...values: number[]): void {
    if (this.#length + values.length > this.#data.length) {
      const larger = new this.#make(this.#data.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    for (const value of values) this.#data[this.#length++] = value;
  }

  done(): T {
    return this.#data.slice(0, this.#length) as T;
  }
}
