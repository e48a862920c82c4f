// Whether a file is sealed to keys, as its first two lines say (https://age-encryption.org/v1, "Header").

const VERSION = "age-encryption.org/v1";

/** Enough of a file to hold both lines' beginnings. */
const BEGINNING = 64;

/** Whether a file is sealed to keys; false also of one that is none of age, or is in armour, as Rust then says. */
export async function isToKeys(file: Blob): Promise<boolean> {
  try {
    const [version, wrapped = ""] = (await file.slice(0, BEGINNING).text()).split("\n");
    const [arrow, kind] = wrapped.split(" ");
    return version === VERSION && arrow === "->" && kind !== "scrypt";
  } catch {
    return false;
  }
}
