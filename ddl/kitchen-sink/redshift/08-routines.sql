-- What stands beside relations.
CREATE FUNCTION kitchen.doubled (float) RETURNS float STABLE AS $$ SELECT $1 * 2 $$ LANGUAGE sql;

CREATE PROCEDURE kitchen.tidy (days integer) AS $$
BEGIN
  DELETE FROM kitchen.empty WHERE ts < DATEADD(day, -days, GETDATE());
END;
$$ LANGUAGE plpgsql;

GRANT SELECT ON kitchen.carriers TO PUBLIC;
