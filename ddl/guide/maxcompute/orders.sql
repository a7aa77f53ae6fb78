CREATE TABLE orders (
  O_OrderKey      INT,
  O_CustKey       INT,
  O_OrderStatus   VARCHAR(64),
  O_TotalPrice    DECIMAL(13,2),
  O_OrderDate     TIMESTAMP,
  O_OrderPriority VARCHAR(15),
  O_Clerk         VARCHAR(64),
  O_ShipPriority  INT,
  O_Comment       VARCHAR(80),
  skip            VARCHAR(64)
);
