-- tpcds_target.date_dim, made of tpcds.date_dim (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: d_date_id, d_day_name, d_quarter_name, d_holiday, d_weekend, d_following_holiday, d_current_day, d_current_week, d_current_month, d_current_quarter, d_current_year
-- RS0203 note: PRIMARY KEY (d_date_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`date_dim` (
  `d_date_sk` INT NOT NULL,
  `d_date_id` VARCHAR(16) NOT NULL,
  `d_date` DATE,
  `d_month_seq` INT,
  `d_week_seq` INT,
  `d_quarter_seq` INT,
  `d_year` INT,
  `d_dow` INT,
  `d_moy` INT,
  `d_dom` INT,
  `d_qoy` INT,
  `d_fy_year` INT,
  `d_fy_quarter_seq` INT,
  `d_fy_week_seq` INT,
  `d_day_name` VARCHAR(9),
  `d_quarter_name` VARCHAR(6),
  `d_holiday` VARCHAR(1),
  `d_weekend` VARCHAR(1),
  `d_following_holiday` VARCHAR(1),
  `d_first_dom` INT,
  `d_last_dom` INT,
  `d_same_day_ly` INT,
  `d_same_day_lq` INT,
  `d_current_day` VARCHAR(1),
  `d_current_week` VARCHAR(1),
  `d_current_month` VARCHAR(1),
  `d_current_quarter` VARCHAR(1),
  `d_current_year` VARCHAR(1)
);
