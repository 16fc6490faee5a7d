import { modelListSchema } from '@image2model/protocol';
import type { Api, RouteContext } from './context.ts';

/** What models there are. */
export function modelRoutes(app: Api, { models, defaultModel }: RouteContext): void {
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
      await Promise.all([...models.values()].map(async (model) => await model.ready?.()));
      return { models: [...models.values()].map((model) => model.describe()), default_model: defaultModel };
    },
  );
}
