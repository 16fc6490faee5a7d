/** A triangulated region of the picture's plane with a height at each vertex. Anticlockwise with y upwards. */
export interface Sheet {
  /** Three numbers per vertex: x to the right and y upwards in cells from the grid's first node, height in cells. */
  vertices: Float32Array;
  triangles: Uint32Array;
}
