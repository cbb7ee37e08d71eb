-- The one way to delete audit history: the service may not, this function of the schema's owner may, and only what is
-- older than thirty days, whatever it is asked.

CREATE FUNCTION khala_forget_audit(p_keep_seconds bigint, p_rows int)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, khala, pg_temp AS $$
DECLARE
  v_deleted bigint;
BEGIN
  IF p_rows NOT BETWEEN 1 AND 5000 THEN
    RAISE EXCEPTION 'a batch holds 1 to 5000 rows' USING ERRCODE = '22023';
  END IF;
  DELETE FROM khala_audit_event d
   WHERE d.id IN (SELECT e.id FROM khala_audit_event e
                   WHERE e.at < clock_timestamp() - make_interval(secs => greatest(p_keep_seconds, 2592000))
                   ORDER BY e.at LIMIT p_rows);
  GET DIAGNOSTICS v_deleted = ROW_COUNT;
  RETURN v_deleted;
END $$;
