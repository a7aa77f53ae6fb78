-- tpcds_target.catalog_sales, made of tpcds.catalog_sales (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0203 note: PRIMARY KEY (cs_item_sk, cs_order_number) is not carried
-- RS0204 note: DISTKEY(cs_item_sk) SORTKEY(cs_sold_date_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`catalog_sales` (
  `cs_sold_date_sk` INT,
  `cs_sold_time_sk` INT,
  `cs_ship_date_sk` INT,
  `cs_bill_customer_sk` INT,
  `cs_bill_cdemo_sk` INT,
  `cs_bill_hdemo_sk` INT,
  `cs_bill_addr_sk` INT,
  `cs_ship_customer_sk` INT,
  `cs_ship_cdemo_sk` INT,
  `cs_ship_hdemo_sk` INT,
  `cs_ship_addr_sk` INT,
  `cs_call_center_sk` INT,
  `cs_catalog_page_sk` INT,
  `cs_ship_mode_sk` INT,
  `cs_warehouse_sk` INT,
  `cs_item_sk` INT NOT NULL,
  `cs_promo_sk` INT,
  `cs_order_number` BIGINT NOT NULL,
  `cs_quantity` INT,
  `cs_wholesale_cost` DECIMAL(7,2),
  `cs_list_price` DECIMAL(7,2),
  `cs_sales_price` DECIMAL(7,2),
  `cs_ext_discount_amt` DECIMAL(7,2),
  `cs_ext_sales_price` DECIMAL(7,2),
  `cs_ext_wholesale_cost` DECIMAL(7,2),
  `cs_ext_list_price` DECIMAL(7,2),
  `cs_ext_tax` DECIMAL(7,2),
  `cs_coupon_amt` DECIMAL(7,2),
  `cs_ext_ship_cost` DECIMAL(7,2),
  `cs_net_paid` DECIMAL(7,2),
  `cs_net_paid_inc_tax` DECIMAL(7,2),
  `cs_net_paid_inc_ship` DECIMAL(7,2),
  `cs_net_paid_inc_ship_tax` DECIMAL(7,2),
  `cs_net_profit` DECIMAL(7,2)
);
