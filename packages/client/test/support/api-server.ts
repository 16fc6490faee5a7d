import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { ApiService } from '../../src/api/service.ts';

export interface ApiRequest {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

type Respond = (request: ApiRequest, response: ServerResponse, count: number) => void;

/** A server that records its requests and responds as a test says, and an `ApiService` for it. */
export async function setUpApi(respond: Respond = respondOk) {
  const requests: ApiRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body: Buffer.concat(chunks).toString('latin1') };
      requests.push(request);
      respond(request, response, requests.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { requests, api: new ApiService({ baseUrl, apiKey: 'key' }), baseUrl };
}

function respondOk(_: ApiRequest, response: ServerResponse): void {
  response.end('{"answer":1}');
}

/** The response to an accepted upload. */
export const accepted = {
  batch_id: 'b',
  job_id: 'j',
  task_id: 't',
  face_limit: null,
  total_files: 1,
  status: 'uploaded',
  message: 'Uploaded',
  uploaded_files: [{ file_id: 'f', filename: 'a.png', file_size: 3, content_type: 'image/png', status: 'uploaded' }],
};
