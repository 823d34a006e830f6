/** A thing without the workspace that it is created in. What its own member of that name says is not looked at. */
export type Own<T extends { readonly workspaceId: string }> = Omit<T, 'workspaceId'>;
