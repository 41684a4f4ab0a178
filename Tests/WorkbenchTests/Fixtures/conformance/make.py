"""Copies a few cases of ONNX's backend tests, one or two for each family of operators. Needs onnx 1.22.

Run in this folder: python3 make.py
"""

import pathlib
import shutil

import onnx

CASES = """
abs add_bcast affine_grid_2d and_bcast3v1d argmax_keepdims_example attention_3d_gqa_causal
attention_4d_with_past_and_present_qk_matmul averagepool_2d_ceil basic_conv_with_padding
basic_deform_conv_with_padding batchnorm_example bitcast_2d_float32_to_int32 bitshift_left_uint16
cast_BFLOAT16_to_FLOAT cast_e8m0_FLOAT_to_FLOAT8E8M0 cast_FLOAT16_to_FLOAT cast_FLOAT8E4M3FN_to_FLOAT
cast_FLOAT_to_INT4 cast_no_saturate_FLOAT_to_FLOAT8E5M2 causal_conv_with_state_silu center_crop_pad_crop_and_pad
clip_splitbounds col2im_pads compress_1 concat_2d_axis_1 convinteger_with_padding convtranspose_output_shape
convtranspose_pads cumprod_2d_axis_1 cumsum_2d_axis_1 depthtospace_example dequantizelinear_axis dequantizelinear_int4
det_nd dft div_int32_trunc dynamicquantizelinear einsum_batch_diagonal einsum_inner_prod expand_dim_changed
eyelike_with_dtype flexattention_causal_mask gather_elements_1 gathernd_example_int32 gelu_tanh_1 gemm_transposeB
globalmaxpool_precomputed gridsample_bicubic gridsample_reflection_padding group_normalization_example
gru_with_initial_bias hammingwindow hardmax_axis_1 identity if instancenorm_epsilon isinf_negative
l1normalization_axis_1 layer_normalization_3d_axis1_epsilon linear_attention_gated_delta loop11 lppool_2d_dilations
lrn_default lstm_with_peepholes matmul_3d matmulinteger maxpool_2d_uint8 maxpool_with_argmax_2d_precomputed_pads
maxunpool_export_with_output_shape mod_mixed_sign_float64 momentum_multiple mvn nesterov_momentum
nllloss_NCd1d2_with_weight_reduction_mean nonmaxsuppression_suppress_by_IOU_and_scores nonzero_example not_2d
onehot_with_axis pow_types_float32_int64 prelu_broadcast qlinearconv qlinearmatmul_2D_int8_float16
quantizelinear_blocked_asymmetric quantizelinear_float4e2m1 range_float_type_positive_delta_expanded
range_int32_type_negative_delta_expanded reduce_log_sum_exp_do_not_keepdims_example reflect_pad
reshape_negative_extended_dims resize_downsample_scales_linear_antialias resize_tf_crop_and_resize
resize_upsample_sizes_nearest_not_larger reversesequence_time rms_normalization_2d_axis1 roialign_mode_max
rotary_embedding_3d_input scan9_sum scan_sum scatter_elements_with_duplicate_indices scatternd_max
sce_NCd1_mean_weight_negative_ii shape_clip_start simple_rnn_batchwise slice_neg_steps softmax_axis_1
split_variable_parts_2d_opset18 stft sub_uint8 tensorscatter_circular tfidfvectorizer_tf_batch_onlybigrams_skip5
tile_precomputed top_k_smallest transpose_all_permutations_3 tril_neg unique_sorted_with_axis_3d
unsqueeze_unsorted_axes upsample_nearest where_example
""".split()

data = pathlib.Path(onnx.__file__).parent / "backend/test/data/node"
here = pathlib.Path(__file__).parent
for old in here.iterdir():
    if old.is_dir():
        shutil.rmtree(old)
size = 0
for case in CASES:
    source = data / f"test_{case}"
    files = [source / "model.onnx"] + sorted(source.glob("test_data_set_*/*.pb"))
    for file in files:
        target = here / case / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
        size += file.stat().st_size
print(len(CASES), "cases,", size, "bytes")
