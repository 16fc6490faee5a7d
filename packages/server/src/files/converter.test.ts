import { maxSizeMm, minSizeMm, modelFormats, origins, printSizeMm } from '@image2model/mesh';
import * as protocol from '@image2model/protocol';
import { expect, it } from 'vitest';

// The server's own thread never loads the generator, and clients cannot.
it('the generator converts to what the protocol names, within the limits that it names', () => {
  expect({ maxSizeMm, minSizeMm, printSizeMm }).toEqual({
    maxSizeMm: protocol.maxSizeMm,
    minSizeMm: protocol.minSizeMm,
    printSizeMm: protocol.printSizeMm,
  });
  expect(modelFormats).toEqual(protocol.downloadFormats);
  expect(origins).toEqual(protocol.origins);
});
