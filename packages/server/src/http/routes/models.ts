import { modelListSchema } from '@image2model/protocol';
import type { Api, RouteContext } from './context.ts';

/** What models there are. */
export function modelRoutes(app: Api, { engine, models, config }: RouteContext): void {
  app.get(
    '/models/available',
    {
      schema: {
        summary: 'The models that can be chosen',
        tags: ['Models'],
        response: { 200: modelListSchema },
      },
    },
    async () => {
      const described = [...models.values()].map(async (model) => {
        await model.ready?.();
        const { usesMasks = false } = model;
        const described = { ...model.describe(), typical_seconds: await engine.typicalSeconds(model.id) };
        return { ...described, ...(usesMasks && { masks: true as const }) };
      });
      return { models: await Promise.all(described), default_model: config.model };
    },
  );
}
