import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type ProjectPath, runFieldsQuery } from "../../api/runs";
import type { RunPagination } from "../../api/schema";
import { useMayWrite } from "../../api/session";
import { address } from "../../app/base";
import { archivedOrNot } from "../../lib/run-filter";
import type { RunsSearch } from "../../lib/search/runs";
import { runWithCurl, runWithPython } from "../../lib/snippets";
import { Code } from "../../ui/code";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import styles from "./runs.module.css";

interface WithRunsProps {
  of: ProjectPath;
  search: RunsSearch;
  /** Gets what there is of all runs, whatever is filtered. */
  children: (all: RunPagination) => ReactNode;
}

/** What can be said of the runs of a project, once it is known that there are some; else how to make one. */
export function WithRuns({ of, search, children }: WithRunsProps) {
  const all = useQuery(runFieldsQuery(of, [archivedOrNot(search)]));
  if (all.isPending) return <Waiting what="Loading runs" />;
  if (all.isError) return <Failure error={all.error} retry={all.refetch} />;
  return all.data.count === 0 && !search.archived ? <NoRuns of={of} /> : children(all.data);
}

function NoRuns({ of }: { of: ProjectPath }) {
  const mayWrite = useMayWrite();
  return (
    <Empty title="No runs yet">
      <p>
        A run is one execution of a program: what it was given, what it measured, its logs and files.
        {mayWrite && " A program reports it, with the client of SigOpt or by HTTP:"}
      </p>
      {mayWrite && (
        <div className={styles.ways}>
          <section>
            <h3>Python</h3>
            <Code label="Python">{runWithPython(address(""), of.project)}</Code>
          </section>
          <section>
            <h3>curl</h3>
            <Code label="curl">{runWithCurl(address(""), of.client, of.project)}</Code>
          </section>
        </div>
      )}
    </Empty>
  );
}
