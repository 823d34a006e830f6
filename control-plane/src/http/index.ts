export { notFound, rawProblem } from './problem.ts';
export { createHttpServer, type HttpServer } from './server.ts';
