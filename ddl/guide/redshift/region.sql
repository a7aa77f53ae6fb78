CREATE TABLE public.region (
  R_RegionKey int,
  R_Name      varchar(64),
  R_Comment   varchar(160),
  skip        varchar(64)
);
