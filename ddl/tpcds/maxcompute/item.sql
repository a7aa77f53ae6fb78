-- tpcds_target.item, made of tpcds.item (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: i_item_id, i_brand, i_class, i_category, i_manufact, i_size, i_formulation, i_color, i_units, i_container, i_product_name
-- RS0105 note: trailing blanks begin to count in i_item_desc
-- RS0203 note: PRIMARY KEY (i_item_sk) is not carried
-- RS0204 note: DISTKEY(i_item_sk) SORTKEY(i_category) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`item` (
  `i_item_sk` INT NOT NULL,
  `i_item_id` VARCHAR(16) NOT NULL,
  `i_rec_start_date` DATE,
  `i_rec_end_date` DATE,
  `i_item_desc` VARCHAR(200),
  `i_current_price` DECIMAL(7,2),
  `i_wholesale_cost` DECIMAL(7,2),
  `i_brand_id` INT,
  `i_brand` VARCHAR(50),
  `i_class_id` INT,
  `i_class` VARCHAR(50),
  `i_category_id` INT,
  `i_category` VARCHAR(50),
  `i_manufact_id` INT,
  `i_manufact` VARCHAR(50),
  `i_size` VARCHAR(20),
  `i_formulation` VARCHAR(20),
  `i_color` VARCHAR(20),
  `i_units` VARCHAR(10),
  `i_container` VARCHAR(10),
  `i_manager_id` INT,
  `i_product_name` VARCHAR(50)
);
