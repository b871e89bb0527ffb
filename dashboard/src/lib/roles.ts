/** What somebody may do in a team, in one word; each word includes the ones after it. */
export type Role = "owner" | "admin" | "write" | "read";

interface Rights {
  is_owner: boolean;
  can_admin: boolean;
  can_write: boolean;
}

export function roleOf(rights: Rights): Role {
  return rights.is_owner ? "owner" : rights.can_admin ? "admin" : rights.can_write ? "write" : "read";
}

/** What each role is good for, in words. */
export const ROLES: Record<Role, string> = {
  owner: "all rights in all teams of the organization",
  admin: "also changes the team itself, and sees what others made",
  write: "makes and changes experiments, projects and runs",
  read: "looks",
};
