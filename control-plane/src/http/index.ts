export { tryAddress } from './address.ts';
export { notFound, rawProblem } from './problem.ts';
export { createHttpServer, type HttpServer, type HttpServerOptions } from './server.ts';
