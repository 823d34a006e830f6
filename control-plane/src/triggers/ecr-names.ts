/** `repositoryName` of the ECR API (CreateRepository, PutImage): its pattern, 2 to 256 characters. */
const REPOSITORY_CHARACTERS_MIN = 2;
const REPOSITORY_CHARACTERS_MAX = 256;
const REPOSITORY = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** `imageTag` of the ECR API: 1 to 300 characters, of those that a tag may have (OCI distribution specification, "Pulling manifests"). */
const TAG = /^\w[\w.-]{0,299}$/;

/** RFC 6838, section 4.2: type and subtype of 127 characters each. */
const MEDIA_TYPE = /^[\w.+-]{1,127}\/[\w.+-]{1,127}$/;

/** Whether ECR can have a repository of this name. */
export function isRepositoryName(text: string): boolean {
  return text.length >= REPOSITORY_CHARACTERS_MIN && text.length <= REPOSITORY_CHARACTERS_MAX && REPOSITORY.test(text);
}

/** Whether ECR can have an image of this tag. */
export const isTag = (text: string): boolean => TAG.test(text);

/** Whether it is a media type at all, without parameters. */
export const isMediaType = (text: string): boolean => MEDIA_TYPE.test(text);
