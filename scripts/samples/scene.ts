/** Red, green, blue; linear light. */
export type Colour = readonly [number, number, number];
/** x to the right, y up, z towards the viewer. */
export type Point = readonly [number, number, number];

/** What a point of a surface is made of. */
export interface Surface {
  readonly colour: Colour;
  /** 0 (matt) to 1 (a clear glaze): how much of the mirror image is added, by Fresnel's law for glass. */
  readonly gloss: number;
  /** Spread of the mirror image: 0 is a mirror, 0.5 brushed. */
  readonly roughness: number;
}

/** A rectangular lamp far away. */
export interface Lamp {
  readonly towards: Point;
  /** Half its width and height, as tangents of angles. */
  readonly size: readonly [number, number];
  readonly radiance: Colour;
}

/** How the scene meets its ground. */
export type Ground =
  /** Seen and lit like everything else. */
  | { readonly kind: 'table'; readonly surface: (x: number, z: number) => Surface }
  /** A white paper: what is not in shadow is nearly white. */
  | { readonly kind: 'paper' }
  /** Cast light but leave the picture transparent. */
  | { readonly kind: 'transparent'; readonly colour: Colour };

/** One picture to be made. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  readonly eye: Point;
  readonly target: Point;
  /** Full vertical angle in degrees. */
  readonly angle: number;
  /** Radius of the lens: what is off the plane of the target blurs. */
  readonly aperture: number;
  readonly ground: Ground;
  readonly lamp: Lamp;
  /** Light from a direction that nothing blocks, the lamp left out. */
  readonly sky: (x: number, y: number, z: number) => Colour;
  /** What the camera sees where it sees nothing; the sky if left out. */
  readonly backdrop?: (x: number, y: number, z: number) => Colour;
  /** A sphere around everything but the ground. */
  readonly bounds: { readonly centre: Point; readonly radius: number };
  /** Signed distance to the nearest thing. */
  readonly distance: (x: number, y: number, z: number) => number;
  /** The surface of the thing nearest to a point on it. */
  readonly surface: (x: number, y: number, z: number) => Surface;
  readonly exposure: number;
  /** Standard deviation of the sensor's noise, of 255. */
  readonly grain: number;
}
