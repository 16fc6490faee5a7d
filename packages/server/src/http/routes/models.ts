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
        const seconds = await engine.typicalSeconds(model.id);
        return { ...model.describe(), typical_seconds: seconds, ...(model.usesMasks && { masks: true as const }) };
      });
      return { models: await Promise.all(described), default_model: config.model };
    },
  );
}
