export { convertModel, modelFormats } from './convert-model.ts';
export type { ConvertedModel, ModelFormat } from './convert-model.ts';
export { cutImage } from './cut-image.ts';
export { maxSizeMm, minSizeMm, modelSizeMm, origins, printSizeMm } from './convert/placement.ts';
export type { Origin, Placement } from './convert/placement.ts';
export { generateModel } from './generate-model.ts';
export { ImageError } from './image-error.ts';
export type { ImageErrorCode } from './image-error.ts';
export { inspectImage } from './inspect-image.ts';
export { inspectMask } from './inspect-mask.ts';
export { measureModel } from './measure-model.ts';
export type { ModelMeasures } from './measure-model.ts';
export { makeThumbnail } from './make-thumbnail.ts';
export { meshMessage, meshMessages } from './messages.ts';
export type { MeshMessageId, Message, MessageValues } from './messages.ts';
export { previewShapes } from './preview-shapes.ts';
export type { ShapePreview } from './preview-shapes.ts';
export { depthNames, modes, partsKept, shapeKinds, stages } from './types.ts';
export type {
  Depth,
  DepthName,
  GenerateContext,
  GeneratedModel,
  GenerateOptions,
  GenerateProgress,
  ImageCut,
  ImageCuts,
  ImageInfo,
  Method,
  ShapeKind,
  Stage,
  Statistics,
} from './types.ts';
