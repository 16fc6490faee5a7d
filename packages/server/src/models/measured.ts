import type { ModelMeasures } from '@image2model/mesh';
import type { Statistics } from '@image2model/protocol';

/** The measures of a model as they are sent: sides in metres and millimetres, and the volume in cubic millimetres. */
export function toMeasured({ volume, ...measures }: ModelMeasures): Statistics {
  const { width, height, depth } = measures;
  const size_mm = { width: 1000 * width, height: 1000 * height, depth: 1000 * depth };
  return { ...measures, size_mm, ...(volume !== undefined && { volume_mm3: volume * 1e9 }) };
}
