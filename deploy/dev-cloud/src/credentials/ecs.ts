import { randomBytes, randomUUID } from 'node:crypto';
import { AwsError, type Handler } from '../http/index.ts';
import { containerMembers, type ServiceSessions } from './service-session.ts';

interface Task {
  readonly roleArn: string;
  readonly authorization: string;
}

/**
 * The container credentials endpoint of ECS tasks. On ECS the agent answers at 169.254.170.2; here the SDK's
 * `AWS_CONTAINER_CREDENTIALS_FULL_URI` names the loopback origin, and `AWS_CONTAINER_AUTHORIZATION_TOKEN` must be sent.
 */
export class TaskCredentials {
  readonly #sessions: ServiceSessions;
  readonly #tasks = new Map<string, Task>();

  constructor(sessions: ServiceSessions) {
    this.#sessions = sessions;
  }

  /** Starts a "task" with this task role; returns the path and token its containers are given. */
  start(roleArn: string): { readonly path: string; readonly authorization: string } {
    const path = `/v2/credentials/${randomUUID()}`;
    const authorization = randomBytes(24).toString('base64url');
    this.#tasks.set(path, { roleArn, authorization });
    return { path, authorization };
  }

  get handler(): Handler {
    return async (request, response) => {
      const task = this.#tasks.get(request.url ?? '');
      if (task === undefined || request.headers.authorization !== task.authorization) {
        response
          .writeHead(401, { 'content-type': 'application/json' })
          .end(JSON.stringify({ code: 'InvalidAuthorizationToken', message: 'unauthorized' }));
        return;
      }
      try {
        const taskId = (request.url ?? '').split('/').at(-1)?.replaceAll('-', '') ?? '';
        const session = this.#sessions.get(task.roleArn, 'ecs-tasks.amazonaws.com', ['sts:AssumeRole'], taskId);
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ RoleArn: task.roleArn, ...containerMembers(session) }));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ code: error.code, message: error.message }));
      }
    };
  }
}
