-- tpcds_target.promotion, made of tpcds.promotion (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: p_promo_id, p_promo_name, p_channel_dmail, p_channel_email, p_channel_catalog, p_channel_tv, p_channel_radio, p_channel_press, p_channel_event, p_channel_demo, p_purpose, p_discount_active
-- RS0105 note: trailing blanks begin to count in p_channel_details
-- RS0203 note: PRIMARY KEY (p_promo_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`promotion` (
  `p_promo_sk` INT NOT NULL,
  `p_promo_id` VARCHAR(16) NOT NULL,
  `p_start_date_sk` INT,
  `p_end_date_sk` INT,
  `p_item_sk` INT,
  `p_cost` DECIMAL(15,2),
  `p_response_target` INT,
  `p_promo_name` VARCHAR(50),
  `p_channel_dmail` VARCHAR(1),
  `p_channel_email` VARCHAR(1),
  `p_channel_catalog` VARCHAR(1),
  `p_channel_tv` VARCHAR(1),
  `p_channel_radio` VARCHAR(1),
  `p_channel_press` VARCHAR(1),
  `p_channel_event` VARCHAR(1),
  `p_channel_demo` VARCHAR(1),
  `p_channel_details` VARCHAR(100),
  `p_purpose` VARCHAR(15),
  `p_discount_active` VARCHAR(1)
);
