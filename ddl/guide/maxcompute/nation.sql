CREATE TABLE nation (
  N_NationKey INT,
  N_Name      VARCHAR(64),
  N_RegionKey INT,
  N_Comment   VARCHAR(160),
  skip        VARCHAR(64)
);
