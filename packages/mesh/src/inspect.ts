// Judging an image without the generator: a server that only checks uploads need not load the rest.
export { ImageError } from './image-error.ts';
export { inspectImage } from './inspect-image.ts';
