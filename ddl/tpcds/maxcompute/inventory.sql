-- tpcds_target.inventory, made of tpcds.inventory (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0203 note: PRIMARY KEY (inv_date_sk, inv_item_sk, inv_warehouse_sk) is not carried
-- RS0204 note: DISTKEY(inv_item_sk) SORTKEY(inv_date_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`inventory` (
  `inv_date_sk` INT NOT NULL,
  `inv_item_sk` INT NOT NULL,
  `inv_warehouse_sk` INT NOT NULL,
  `inv_quantity_on_hand` INT
);
