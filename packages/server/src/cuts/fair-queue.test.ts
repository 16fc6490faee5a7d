import { expect, it } from 'vitest';
import { FairQueue } from './fair-queue.ts';

interface Item {
  owner: string;
  name: string;
}

const item = (name: string): Item => ({ owner: name[0] ?? '', name });

function filled(max: number, ...names: string[]): FairQueue<Item> {
  const queue = new FairQueue<Item>(max);
  for (const name of names) expect(queue.push(item(name))).toBeUndefined();
  return queue;
}

function rest(queue: FairQueue<Item>): string[] {
  return Array.from({ length: 20 }, () => queue.take()?.name).filter((name) => name !== undefined);
}

it('gives owners turns, and each its oldest first', () => {
  const queue = filled(9, 'a1', 'a2', 'a3', 'b1', 'c1', 'c2');
  expect(queue.take()?.name).toBe('a1');
  queue.push(item('d1'));
  expect(rest(queue)).toEqual(['b1', 'c1', 'a2', 'd1', 'c2', 'a3']);
  expect(queue.take()).toBeUndefined();
});

it('makes room for whoever has less than a share, by the newest of whoever has most', () => {
  const queue = filled(4, 'a1', 'a2', 'a3', 'b1');
  expect([queue.hasRoom('a'), queue.hasRoom('b'), queue.hasRoom('c')]).toEqual([false, true, true]);
  const more = item('a4');
  expect(queue.push(more)).toBe(more);
  expect(queue.push(item('b2'))?.name).toBe('a3');
  // Both have their half.
  expect([queue.hasRoom('a'), queue.hasRoom('b'), queue.hasRoom('c')]).toEqual([false, false, true]);
  expect(queue.push(item('c1'))?.name).toBe('b2');
  expect(rest(queue)).toEqual(['a1', 'b1', 'c1', 'a2']);
});

it('turns away whoever comes when all have as much', () => {
  const queue = filled(2, 'a1', 'b1');
  expect([queue.isFull, queue.hasRoom('c'), queue.isShared('c')]).toEqual([true, false, true]);
});

it('forgets what is removed, once', () => {
  const queue = new FairQueue<Item>(2);
  const [first, second] = [item('a1'), item('a2')];
  queue.push(first);
  queue.push(second);
  expect(queue.isShared('a')).toBe(false);
  queue.remove(first);
  queue.remove(first);
  expect([queue.isFull, queue.isShared('b')]).toEqual([false, true]);
  expect(rest(queue)).toEqual(['a2']);
  expect(queue.isShared('b')).toBe(false);
});
