import { expect, test } from 'vitest';
import { Gestures, type Pointer } from './gestures.ts';

function setUp() {
  const said: string[] = [];
  const gestures = new Gestures({
    paint: ([x, y]) => said.push(`paint ${x} ${y}`),
    endStroke: (keep) => said.push(keep ? 'end' : 'take back'),
    move: (dx, dy) => said.push(`move ${dx} ${dy}`),
    zoom: (factor, [x, y]) => said.push(`zoom ${factor} at ${x} ${y}`),
  });
  return { said, gestures };
}

const pointer = (pointerType: string, pointerId = 1, button = 0): Pointer => ({ pointerType, pointerId, button });

test.each(['mouse', 'pen', 'touch'])('one %s paints while it is down', (type) => {
  const { said, gestures } = setUp();
  gestures.drag(pointer(type), [0, 0]);
  gestures.down(pointer(type), [1, 2]);
  gestures.drag(pointer(type), [3, 4]);
  gestures.up(pointer(type));
  gestures.drag(pointer(type), [5, 6]);
  expect(said).toEqual(['paint 1 2', 'paint 3 4', 'end']);
});

test('a second finger takes the stroke back; both zoom and move', () => {
  const { said, gestures } = setUp();
  gestures.down(pointer('touch', 1), [100, 100]);
  gestures.down(pointer('touch', 2), [200, 100]);
  gestures.drag(pointer('touch', 2), [300, 100]);
  gestures.up(pointer('touch', 1));
  gestures.drag(pointer('touch', 2), [310, 105]);
  gestures.up(pointer('touch', 2));
  expect(said).toEqual(['paint 100 100', 'take back', 'zoom 2 at 150 100', 'move 50 0', 'move 10 5']);
});

test('a stroke that the system takes over is taken back', () => {
  const { said, gestures } = setUp();
  gestures.down(pointer('touch'), [1, 1]);
  gestures.up(pointer('touch'), true);
  expect(said).toEqual(['paint 1 1', 'take back']);
});

test('once a pen has painted, a hand moves the picture and does not paint', () => {
  const { said, gestures } = setUp();
  gestures.down(pointer('touch', 1), [0, 0]);
  gestures.down(pointer('pen', 2), [50, 50]);
  gestures.up(pointer('pen', 2));
  gestures.up(pointer('touch', 1));
  gestures.down(pointer('touch', 3), [0, 0]);
  gestures.drag(pointer('touch', 3), [4, 0]);
  expect(said).toEqual(['paint 0 0', 'take back', 'paint 50 50', 'end', 'move 4 0']);
});

test('other buttons of the mouse move the picture, and any pointer does while it is set to', () => {
  const { said, gestures } = setUp();
  gestures.down(pointer('mouse', 1, 1), [0, 0]);
  gestures.drag(pointer('mouse', 1, -1), [5, 5]);
  gestures.up(pointer('mouse', 1, 1));
  gestures.moves = true;
  gestures.down(pointer('mouse'), [0, 0]);
  gestures.drag(pointer('mouse'), [7, 0]);
  expect(said).toEqual(['move 5 5', 'move 7 0']);
});
