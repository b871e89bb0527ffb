import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useSession } from "../../api/session";
import { madeQuery, membersQuery } from "../../api/team";
import { number } from "../../lib/numbers";
import { lastMonths, type Made, monthName, usage } from "../../lib/usage";
import table from "../../ui/data-table.module.css";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import { Panel } from "../../ui/page";
import styles from "./team.module.css";

const MONTHS = 12;

/** Who has made how many experiments and runs, month by month. */
export function UsageTab() {
  const { client } = useSession();
  const months = useMemo(() => lastMonths(MONTHS, new Date()), []);
  const made = useQuery(madeQuery(client?.id ?? null, months.at(-1) ?? 0));
  const members = useQuery(membersQuery(client?.organization ?? null));
  if (client === null) {
    return (
      <Empty title="No team yet">
        <p>Ask an administrator to let you into one.</p>
      </Empty>
    );
  }
  if (made.isPending) return <Waiting what="Counting" />;
  if (made.isError) return <Failure error={made.error} retry={made.refetch} />;
  const names = new Map((members.data?.data ?? []).map(({ user }) => [user.id, user.name]));
  const nameOf = (user: string | null) =>
    user === null ? "nobody in particular" : (names.get(user) ?? `user ${user}`);
  return (
    <>
      <Table title={`Experiments in ${client.name}`} {...made.data.experiments} months={months} nameOf={nameOf} />
      <Table title={`Runs in ${client.name}`} {...made.data.runs} months={months} nameOf={nameOf} />
    </>
  );
}

interface TableProps {
  title: string;
  made: Made[];
  /** Whether these are all. */
  all: boolean;
  months: number[];
  nameOf: (user: string | null) => string;
}

function Table({ title, made, all, months, nameOf }: TableProps) {
  const rows = usage(made, months);
  const sums = months.map((_, month) => rows.reduce((sum, row) => sum + (row.months[month] ?? 0), 0));
  return (
    <Panel title={title}>
      {rows.length === 0 ? (
        <p className={styles.hint}>None in the last {MONTHS} months, as far as you may see.</p>
      ) : (
        <section className={table.frame} aria-label={title} tabIndex={0}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">By</th>
                <th scope="col" className={table.number}>
                  Total
                </th>
                {months.map((month) => (
                  <th key={month} scope="col" className={table.number}>
                    {monthName(month)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.user}>
                  <td>{nameOf(row.user)}</td>
                  <Count count={row.total} strong />
                  {row.months.map((count, month) => (
                    <Count key={months[month]} count={count} />
                  ))}
                </tr>
              ))}
              {rows.length > 1 && (
                <tr>
                  <td className="dimmed">all together</td>
                  <Count count={made.length} strong />
                  {sums.map((count, month) => (
                    <Count key={months[month]} count={count} />
                  ))}
                </tr>
              )}
            </tbody>
          </table>
        </section>
      )}
      {!all && <p className={styles.hint}>Only the newest {number(made.length)} are counted.</p>}
    </Panel>
  );
}

function Count({ count, strong = false }: { count: number; strong?: boolean }) {
  return (
    <td className={table.number}>
      {count === 0 ? <span className="dimmed">–</span> : strong ? <strong>{number(count)}</strong> : number(count)}
    </td>
  );
}
