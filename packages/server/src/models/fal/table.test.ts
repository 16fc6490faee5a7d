import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { falRows } from './table.ts';

const row = (id: string) => {
  const found = falRows.find((each) => each.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};

describe('the table of models', () => {
  it.each(falRows.map((each) => [each.id, each] as const))(
    'can be shown and filled in for %s',
    (_, { options, fixed }) => {
      const schema = z.toJSONSchema(options, { io: 'input' });
      expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(schema.required).toBeUndefined();
      const given = options.parse({});
      expect(options.parse(given)).toEqual(given);
      expect(options.safeParse({ quad: true }).success).toBe(false);
      for (const name of Object.keys(fixed ?? {})) expect(given).not.toHaveProperty(name);
      for (const property of Object.values(schema.properties ?? {})) expect(property).toHaveProperty('description');
    },
  );

  it('has each model once', () => {
    expect(new Set(falRows.map(({ id }) => id)).size).toBe(falRows.length);
  });

  it.each([
    ['tripo3d/tripo/v2.5/image-to-3d', 5000, { face_limit: 5000 }, false],
    ['fal-ai/trellis', 5000, { mesh_simplify: 0.98 }, true],
    ['fal-ai/trellis', 50_000, { mesh_simplify: 0.95 }, true],
    ['fal-ai/trellis-2', 100_000, { decimation_target: 50_000 }, false],
    ['fal-ai/trellis-2', 400, { decimation_target: 5000 }, true],
    ['fal-ai/hunyuan3d-v3/image-to-3d', 50_000, { face_count: 50_000 }, false],
    ['fal-ai/hunyuan3d-v3/image-to-3d', 500, { face_count: 40_000 }, true],
    ['fal-ai/hyper3d/rodin', 20_000, { quality: 'low' }, false],
    ['fal-ai/hyper3d/rodin', 900_000, { quality: 'medium' }, false],
    ['fal-ai/hyper3d/rodin', 500, { quality: 'extra-low' }, true],
    ['fal-ai/meshy/v6/image-to-3d', 700, { target_polycount: 700, should_remesh: true }, false],
    ['fal-ai/meshy/v6/image-to-3d', 900_000, { target_polycount: 300_000, should_remesh: true }, true],
  ])('gives %s a face limit of %i as it takes one', (id, limit, input, warns) => {
    const model = row(id);
    const budget = model.faces?.(limit, model.options.parse({}));
    expect(budget?.input).toEqual(input);
    expect(budget?.warning === undefined).toBe(!warns);
  });

  it('counts three units for what fal bills three times', () => {
    expect(row('fal-ai/hunyuan3d/v2').units?.({ textured_mesh: true })).toBe(3);
    expect(row('fal-ai/hunyuan3d/v2').units?.({ textured_mesh: false })).toBe(1);
  });
});
