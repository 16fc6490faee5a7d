import type { Scene } from '../scene.ts';
import { cactus } from './cactus.ts';
import { duck } from './duck.ts';
import { pear } from './pear.ts';
import { pebbles } from './pebbles.ts';
import { rocket } from './rocket.ts';
import { teapot } from './teapot.ts';

/** Every rendered sample, by the name of its file. */
export const scenes = { cactus, duck, pear, pebbles, rocket, teapot };

/** The scene at another size, with fewer samples where it is smaller: to look at while changing it. */
export function scaled(scene: Scene, scale: number): Scene {
  if (scale === 1) return scene;
  return {
    ...scene,
    width: Math.round(scene.width * scale),
    height: Math.round(scene.height * scale),
    samples: Math.min(scene.samples, 9),
  };
}
