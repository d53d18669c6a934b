import type { AddressSpace, INamespace, UAObject, UAVariable } from "node-opcua-address-space";
import type { BrowseName, VariablePlan } from "./server-plan.ts";

/** The namespace of a URI, registered when it is new. */
export function namespaceOf(space: AddressSpace, uri: string): INamespace {
  const index = space.getNamespaceIndex(uri);
  return index >= 0 ? space.getNamespace(index) : space.registerNamespace(uri);
}

/** Makes the variables, and the objects above them where they are missing. One for each plan, in order; two plans of one path share theirs. */
export function addVariables(space: AddressSpace, plans: readonly VariablePlan[]): readonly UAVariable[] {
  const objects = new Map<string, UAObject>();
  const variables = new Map<string, UAVariable>();

  function objectAt(path: readonly BrowseName[]): UAObject {
    if (path.length === 0) return space.rootFolder.objects as unknown as UAObject;
    const key = keyOf(path);
    const known = objects.get(key);
    if (known) return known;
    const { namespace, name } = path.at(-1)!;
    const parent = objectAt(path.slice(0, -1));
    const object = namespaceOf(space, namespace).addObject({
      browseName: name,
      nodeId: `s=${path.map((step) => step.name).join(".")}`,
      ...(path.length === 1 ? { organizedBy: parent } : { componentOf: parent }),
    });
    objects.set(key, object);
    return object;
  }

  return plans.map((plan) => {
    const key = keyOf(plan.path);
    const known = variables.get(key);
    if (known) return known;
    const { namespace, name } = plan.path.at(-1)!;
    const own = namespaceOf(space, plan.id?.namespace ?? namespace);
    const variable = own.addVariable({
      browseName: { name, namespaceIndex: namespaceOf(space, namespace).index },
      nodeId: plan.id?.id ?? `s=${plan.path.map((step) => step.name).join(".")}`,
      ...(plan.path.length === 1 ? { organizedBy: objectAt([]) } : { componentOf: objectAt(plan.path.slice(0, -1)) }),
      dataType: plan.type,
      ...(plan.length !== undefined && { valueRank: 1, arrayDimensions: [plan.length] }),
      accessLevel: plan.writable ? "CurrentRead | CurrentWrite" : "CurrentRead",
      userAccessLevel: plan.writable ? "CurrentRead | CurrentWrite" : "CurrentRead",
      minimumSamplingInterval: 100,
    });
    variables.set(key, variable);
    return variable;
  });
}

function keyOf(path: readonly BrowseName[]): string {
  return path.map(({ namespace, name }) => `${namespace} ${name}`).join("\n");
}
