export { notFound, PROBLEM_TYPE, rawProblem, requestError, sendProblem } from './problem.ts';
export { createHttpServer, type HttpServer } from './server.ts';
