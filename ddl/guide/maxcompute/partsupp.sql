CREATE TABLE partsupp (
  PS_PartKey    INT,
  PS_SuppKey    INT,
  PS_AvailQty   INT,
  PS_SupplyCost DECIMAL(13,2),
  PS_Comment    VARCHAR(200),
  skip          VARCHAR(64)
);
