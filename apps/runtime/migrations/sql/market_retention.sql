-- Retention of quotes and router decisions.
--
-- The service has no right to delete them; like the journal's pruning, this runs with the rights of the schema's owner
-- and decides by itself what may go: nothing younger than a week, whatever it is asked for.

CREATE FUNCTION runtime_prune_market(p_table text, p_retention_seconds bigint, p_rows int)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, runtime, pg_temp AS $$
-- Delete at most p_rows of the oldest rows of `compute_quote` or `router_decision`; returns how many. Rows that
-- another pruning holds are left to it.
DECLARE
  v_before timestamptz := clock_timestamp() - make_interval(secs => greatest(p_retention_seconds, 604800));
  v_deleted bigint;
BEGIN
  IF p_rows NOT BETWEEN 1 AND 5000 THEN
    RAISE EXCEPTION 'a batch holds 1 to 5000 rows' USING ERRCODE = '22023';
  END IF;
  IF p_table = 'compute_quote' THEN
    DELETE FROM compute_quote WHERE quote_sha256 IN (
      SELECT q.quote_sha256 FROM compute_quote q WHERE q.created_at < v_before
       ORDER BY q.created_at LIMIT p_rows FOR UPDATE SKIP LOCKED);
  ELSIF p_table = 'router_decision' THEN
    DELETE FROM router_decision WHERE decision_id IN (
      SELECT d.decision_id FROM router_decision d WHERE d.created_at < v_before
       ORDER BY d.created_at LIMIT p_rows FOR UPDATE SKIP LOCKED);
  ELSE
    RAISE EXCEPTION 'no retention for %', p_table USING ERRCODE = '22023';
  END IF;
  GET DIAGNOSTICS v_deleted = ROW_COUNT;
  RETURN v_deleted;
END $$;
