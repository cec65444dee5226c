import type { SettingSchema } from './schema.ts';

/** A JSON Schema of an object of options, as far as settings need it. */
export interface OptionsSchema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

interface Property extends Omit<SettingSchema, 'env' | 'description'> {
  readonly env?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

/**
 * The settings of a section by dotted name, from the schema of the options that they are. The variable of `kafka.tls.caFile` is
 * KAFKA_TLS_CA_FILE for the prefix KAFKA, unless the schema names another. A group that may be given empty is a switch as well.
 */
export function settingsOf(name: string, schema: OptionsSchema, prefix: string): Record<string, SettingSchema> {
  const settings: Record<string, SettingSchema> = {};
  for (const [key, value] of Object.entries(schema.properties)) {
    const property = value as Property;
    const [inner, variable] = [`${name}.${key}`, property.env ?? `${prefix}_${screaming(key)}`];
    const description = property.description ?? '';
    if (property.properties === undefined) settings[inner] = { ...property, env: variable, description };
    else {
      const isOptional = schema.required?.includes(key) !== true;
      const isSwitch = isOptional && property.required === undefined;
      if (isSwitch) settings[inner] = { type: 'boolean', env: variable, description };
      Object.assign(settings, settingsOf(inner, { ...property, properties: property.properties }, variable));
    }
  }
  return settings;
}

/** `caFile` → `CA_FILE`. */
function screaming(name: string): string {
  return name.replace(/([A-Z])/g, '_$1').toUpperCase();
}
