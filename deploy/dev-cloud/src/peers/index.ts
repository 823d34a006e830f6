export { debianBase } from './debian-base.ts';
export { type PlantedDebian, type PlantedPlace, plantDebian } from './debian-planted.ts';
export { type DockerRegistry, startDockerRegistry } from './docker-registry.ts';
export { runPeer } from './run-peer.ts';
